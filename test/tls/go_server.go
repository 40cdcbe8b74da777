// HTTPS by Go's crypto/tls, for the matrix.
//
//	go_server PORT CERTIFICATE KEY OLDEST NEWEST [SUITE ...]     versions and suites in hex
package main

import (
	"crypto/tls"
	"log"
	"net/http"
	"os"
	"strconv"
)

func number(text string) uint16 {
	n, err := strconv.ParseUint(text, 16, 16)
	if err != nil {
		log.Fatal(err)
	}
	return uint16(n)
}

func main() {
	settings := &tls.Config{MinVersion: number(os.Args[4]), MaxVersion: number(os.Args[5])}
	for _, suite := range os.Args[6:] {
		settings.CipherSuites = append(settings.CipherSuites, number(suite))
	}
	settings.NextProtos = []string{"http/1.1"} // HTTP/2 has suites of its own
	server := &http.Server{Addr: "127.0.0.1:" + os.Args[1], TLSConfig: settings, TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){}}
	log.Fatal(server.ListenAndServeTLS(os.Args[2], os.Args[3]))
}
