module github.com/koodrive/koodrive/bindings-go

go 1.23
