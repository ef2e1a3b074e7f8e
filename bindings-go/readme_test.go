package koodrive

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The code of the READMEs is that of the examples and of internal/first, which run.
func TestTheCodeOfTheREADMEsIsThatOfTheExamples(t *testing.T) {
	var source []byte
	for _, file := range []string{"example_test.go", "internal/first/main.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source = append(source, text...)
	}
	for file, blocks := range map[string]int{"README.md": 6, "../README.md": 1} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Skip("this is not the project's repository")
		}
		parts := strings.Split(string(text), "```go\n")[1:]
		if len(parts) != blocks {
			t.Errorf("%s has %d blocks of Go; want %d", file, len(parts), blocks)
		}
		for _, part := range parts {
			code, _, _ := strings.Cut(part, "```")
			if !strings.Contains(string(source), code) && !strings.Contains(string(source), indented(code)) {
				t.Errorf("%s has code that is in no example:\n%s", file, code)
			}
		}
	}
}

func TestTheFirstProgramRuns(t *testing.T) {
	if sandboxProgram == "" {
		t.Skip("there is no koodrive-sandbox")
	}
	printed, err := exec.Command("go", "run", "./internal/first").CombinedOutput()
	if err != nil || string(printed) != "code 0\n" {
		t.Errorf("it printed %q, and ended with %v", printed, err)
	}
}

func indented(code string) string {
	lines := strings.SplitAfter(code, "\n")
	for index, line := range lines {
		if strings.TrimSpace(line) != "" {
			lines[index] = "\t" + line
		}
	}
	return strings.Join(lines, "")
}
