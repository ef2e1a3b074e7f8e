package koodrive

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
)

const success = `{"code":0,"msg":"Success."}`

// server is a service that answers as a test says, byte for byte.
type server struct {
	url string

	lock        sync.Mutex
	requests    []*http.Request
	connections int
}

// serve starts a server. answer gets each request, with its number from 1, after its body was read;
// nil bytes close the connection.
func serve(t *testing.T, answer func(number int, connection net.Conn) []byte) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	s := &server{url: "http://" + listener.Addr().String()}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			s.lock.Lock()
			s.connections++
			s.lock.Unlock()
			go s.handle(connection, answer)
		}
	}()
	return s
}

func (s *server) handle(connection net.Conn, answer func(int, net.Conn) []byte) {
	defer connection.Close()
	reader := bufio.NewReader(connection)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, request.Body)
		s.lock.Lock()
		s.requests = append(s.requests, request)
		number := len(s.requests)
		s.lock.Unlock()
		bytes := answer(number, connection)
		if bytes == nil {
			return
		}
		if _, err := connection.Write(bytes); err != nil {
			return
		}
	}
}

func (s *server) seen() (requests []*http.Request, connections int) {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.requests, s.connections
}

// count fails the test unless the server has seen so many requests, on so many connections.
func (s *server) count(t *testing.T, requests, connections int) {
	t.Helper()
	seen, made := s.seen()
	if len(seen) != requests || made != connections {
		t.Errorf("%d requests on %d connections; want %d on %d", len(seen), made, requests, connections)
	}
}

// reply returns a response.
func reply(status int, body string, headers ...string) []byte {
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Length: %d\r\n", status, http.StatusText(status), len(body))
	for _, header := range headers {
		head += header + "\r\n"
	}
	return []byte(head + "\r\n" + body)
}
