package koodrive

import (
	"os"
	"strings"
	"testing"
)

// The code of the READMEs is that of the examples, which run.
func TestTheCodeOfTheREADMEsIsThatOfTheExamples(t *testing.T) {
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for file, blocks := range map[string]int{"README.md": 5, "../README.md": 1} {
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

func indented(code string) string {
	lines := strings.SplitAfter(code, "\n")
	for index, line := range lines {
		if strings.TrimSpace(line) != "" {
			lines[index] = "\t" + line
		}
	}
	return strings.Join(lines, "")
}
