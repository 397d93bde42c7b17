// Command pulumi-warm-engine keeps the official Pulumi engine loaded and runs stacks on request.
//
// It answers HTTP on a Unix socket: see protocol.go for the protocol and docs/engine.md for the reasons. Its state
// backend, secrets and plugins come from the environment, by the same variables as the Pulumi CLI's.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
)

// lastRuns is how long runs under way may take to end once the process is asked to stop.
const lastRuns = 20 * time.Second

func main() {
	socket := flag.String("socket", "", "path of the Unix socket to answer on")
	showVersion := flag.Bool("version", false, "print the versions of the protocol and of the engine")
	flag.Parse()
	if *showVersion {
		printIdentity(os.Stdout)
		return
	}
	if err := serve(*socket); err != nil {
		fmt.Fprintf(os.Stderr, "pulumi-warm-engine: %v\n", err)
		os.Exit(1)
	}
}

func serve(socket string) error {
	if socket == "" {
		return errors.New("--socket is missing")
	}
	// Nobody is there to answer a question.
	cmdutil.DisableInteractive = true
	// The library prints to the standard output now and then, which is the parent's to read.
	announce := os.Stdout
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stdout = null
	}

	listener, err := listen(socket)
	if err != nil {
		return err
	}
	engine, err := newEngine()
	if err != nil {
		return err
	}
	server := &http.Server{Handler: engine.handler(), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	printIdentity(announce)

	select {
	case err = <-served:
	case <-asked():
	}
	engine.stopRuns(lastRuns)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = server.Shutdown(ctx)
	engine.close()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// listen makes the socket, readable and writable by its owner only from the moment it exists.
func listen(socket string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(socket), 0o700); err != nil {
		return nil, err
	}
	old := syscall.Umask(0o177)
	defer syscall.Umask(old)
	return net.Listen("unix", socket)
}

// asked is closed when this process is to end: by a signal, or because its parent has gone and closed its input.
func asked() <-chan struct{} {
	done := make(chan struct{})
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	closed := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(closed)
	}()
	go func() {
		select {
		case <-signals:
		case <-closed:
		}
		close(done)
	}()
	return done
}

// identity is how the process presents itself: by --version, when it is ready, and in its health.
type identity struct {
	Protocol int    `json:"protocol"`
	Pulumi   string `json:"pulumi"`
	Pid      int    `json:"pid"`
}

func self() identity {
	return identity{Protocol: protocolVersion, Pulumi: pulumiVersion(), Pid: os.Getpid()}
}

func printIdentity(out io.Writer) {
	_ = json.NewEncoder(out).Encode(self())
}

// pulumiVersion is the version of the engine's library without its leading v, set by the build.
func pulumiVersion() string {
	if len(version.Version) > 0 && version.Version[0] == 'v' {
		return version.Version[1:]
	}
	return version.Version
}
