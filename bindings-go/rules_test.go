package koodrive

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"path/filepath"
	"strings"
	"testing"
)

// The rules about the API stand in the core. Comments may speak of them.
func TestThePackageHoldsNoRuleOfTheAPI(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		read++
		parsed, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(node ast.Node) bool {
			if literal, ok := node.(*ast.BasicLit); ok {
				for _, word := range []string{"x-", "X-", "myhuawei", "HMAC", "13000", "Bearer", "/ose", "Authorization", "content-type"} {
					if strings.Contains(literal.Value, word) {
						t.Errorf("%s holds %s", file, literal.Value)
					}
				}
			}
			return true
		})
	}
	if read < 10 {
		t.Errorf("%d files were read", read)
	}
}
