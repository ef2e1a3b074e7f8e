// Lets a visitor check that no data can leave the page: shows its policy, and tries to break it.

export function showPolicy() {
  const policy = document.querySelector("meta[http-equiv=Content-Security-Policy]").content;
  document.getElementById("policy").textContent = policy.replaceAll("; ", ";\n");
  document.getElementById("try-to-send").addEventListener("click", async () => {
    document.getElementById("tried").textContent = await tried();
  });
}

/**
 * Requests the page once more from its own server, so that even a broken policy sends nothing
 * elsewhere.
 */
async function tried() {
  const refused = new Promise((refuse) => {
    const listen = ({ effectiveDirective }) => refuse(`Refused by the browser: ${effectiveDirective}.`);
    document.addEventListener("securitypolicyviolation", listen, { once: true });
    setTimeout(refuse, 1000, "It failed for another reason than the policy; are you offline?");
  });
  try {
    await fetch(".", { cache: "no-store" });
    return "It was sent: this copy of the page has lost its policy. Give it no secret.";
  } catch {
    return refused;
  }
}
