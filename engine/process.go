package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/env"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	// startTime is how long a provider may take to start.
	startTime = 60 * time.Second
	// freshness is how long a provider is trusted after its start even if its calls fail.
	freshness = 30 * time.Second
	// providerRuns is how many runs a provider process serves before it is replaced.
	providerRuns = 5000
)

// process is a provider process.
type process struct {
	kind  *kind
	since time.Time

	// configuration is the hash of it, empty while there is none. Guarded by the lock of the kind.
	configuration string

	// started is closed when the process answers, and configured when it has been configured; both also when that
	// has failed. What stands below them is set before.
	started    chan struct{}
	plugin     *plugin.Plugin
	conn       *grpc.ClientConn
	configured chan struct{}
	response   *pulumirpc.ConfigureResponse

	mu      sync.Mutex
	failure error // of the start or of the configuration
	version string
	active  int
	total   int
	retired bool // serves the runs it has, and no other
	ended   bool
	stopped sync.Once
}

func newProcess(k *kind) *process {
	return &process{kind: k, since: time.Now(), started: make(chan struct{}), configured: make(chan struct{})}
}

func (p *process) start() {
	if err := p.run(); err != nil {
		p.fail(fmt.Errorf("failed to load plugin %s: %w", p.kind.path, err))
	}
	close(p.started)
}

func (p *process) run() error {
	ctx := p.kind.providers.context
	started, err := plugin.ExecPlugin(ctx, p.kind.path, p.kind.name+" (resource)", apitype.ResourcePlugin,
		[]string{p.kind.providers.address}, ctx.Pwd, env.NewEnv(env.MapStore(p.kind.env)), false)
	if err != nil {
		return err
	}
	p.plugin = started
	slow := time.AfterFunc(startTime, func() { _ = started.Kill() })
	defer slow.Stop()
	go p.follow(panicOf(started.Stderr))
	output := bufio.NewReader(started.Stdout)
	port, err := output.ReadString('\n')
	if err != nil {
		return fmt.Errorf("it ended before it was ready, or was not ready within %v", startTime)
	}
	go func() { _, _ = io.Copy(io.Discard, output) }()
	p.conn, err = grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port),
		grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		return err
	}
	started.Conn = p.conn
	asking, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	info, err := pulumirpc.NewResourceProviderClient(p.conn).GetPluginInfo(
		asking, &emptypb.Empty{}, grpc.WaitForReady(true))
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.version = strings.TrimPrefix(info.Version, "v")
	return nil
}

// configure is called once, for all runs that want this configuration.
func (p *process) configure(request *pulumirpc.ConfigureRequest) {
	defer close(p.configured)
	<-p.started
	if p.conn == nil {
		return
	}
	response, err := pulumirpc.NewResourceProviderClient(p.conn).Configure(context.Background(), request)
	if err != nil {
		p.fail(err)
	}
	p.response = response
}

// fail retires a process that is of no use to anybody.
func (p *process) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failure, p.retired = err, true
}

// wait waits until the process has got so far. On an error the caller does not have the process any more.
func (p *process) wait(ctx context.Context, soFar <-chan struct{}) error {
	var err error
	select {
	case <-soFar:
		p.mu.Lock()
		err = p.failure
		p.mu.Unlock()
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		p.leave()
	}
	return err
}

// panicOf reads an error output to its end, and then gives the line in which a Go program says why it crashed. The rest
// may hold anything, and is not kept.
func panicOf(errors io.Reader) func() string {
	var found string
	done := make(chan struct{})
	go func() {
		defer close(done)
		for reader := bufio.NewReader(errors); ; {
			text, err := reader.ReadString('\n')
			if found == "" && (strings.HasPrefix(text, "panic: ") || strings.HasPrefix(text, "fatal error: ")) {
				found = strings.TrimSpace(text)
			}
			if err != nil {
				return
			}
		}
	}()
	return func() string {
		<-done
		return found
	}
}

// follow waits for the end of the process.
func (p *process) follow(reason func() string) {
	code, _ := p.plugin.Wait(context.Background())
	var expected bool
	p.change(func() {
		expected = p.retired
		p.ended, p.retired = true, true
	})
	p.kind.forget(p)
	if !expected {
		logger.Error("provider ended, the next run starts another", "provider", p.kind.name, "code", code, "reason", reason())
	}
}

// enter lets a run use the process, until it leaves it. A process that is retired takes no more runs.
func (p *process) enter() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.retired {
		return false
	}
	p.active++
	return true
}

// count notes a run that uses the process.
func (p *process) count() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total++
	p.retired = p.retired || p.total >= providerRuns
}

func (p *process) leave() {
	p.change(func() { p.active-- })
}

// retire has the process end once the runs it serves are over.
func (p *process) retire() {
	p.change(func() { p.retired = true })
}

// change changes who may use the process, and stops one that nobody does or will.
func (p *process) change(how func()) {
	p.mu.Lock()
	how()
	over := p.retired && p.active == 0
	p.mu.Unlock()
	if over {
		go p.stop()
	}
}

// distrust retires a process after a call of a failed run has failed too: what it remembers of its service may be old.
// One that is new would fail in the same way again, unless it has not seen a kind that was added since.
func (p *process) distrust(call error) {
	if time.Since(p.since) > freshness || missingKind.MatchString(call.Error()) {
		p.retire()
	}
}

// missingKind are a Kubernetes API server's words for a kind that it does not have.
var missingKind = regexp.MustCompile(`no matches for kind|could not find the requested resource`)

// abandon retires a process whose run is to stop. If it works for that run only, it is told to give up.
func (p *process) abandon() {
	p.mu.Lock()
	p.retired = true
	alone := p.active == 1
	p.mu.Unlock()
	if alone {
		go p.cancel()
	}
}

func (p *process) cancel() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, _ = pulumirpc.NewResourceProviderClient(p.conn).Cancel(ctx, &emptypb.Empty{})
}

func (p *process) stop() {
	p.stopped.Do(func() {
		<-p.started
		p.mu.Lock()
		p.retired = true
		ended := p.ended
		p.mu.Unlock()
		p.kind.forget(p)
		if p.plugin == nil {
			return
		}
		if !ended && p.conn != nil {
			p.cancel()
		}
		_ = p.plugin.Close()
	})
}

// providerHealth is what one provider process has done.
type providerHealth struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Runs    int    `json:"runs"`
	Active  int    `json:"active"`
}

func (p *process) health() providerHealth {
	p.mu.Lock()
	defer p.mu.Unlock()
	return providerHealth{Name: p.kind.name, Version: p.version, Runs: p.total, Active: p.active}
}
