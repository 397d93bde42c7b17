package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
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
	// freshness is how long a provider is trusted after its start even if its calls fail.
	freshness = 5 * time.Second
	// providerRuns is how many runs a provider process serves before it is replaced.
	providerRuns = 5000
)

// process is a provider process.
type process struct {
	kind    *kind
	plugin  *plugin.Plugin
	conn    *grpc.ClientConn
	version string
	started time.Time

	// configuration is the hash of it, empty while there is none. Guarded by the lock of the kind.
	configuration string
	// settled is closed when the process has been configured, or has refused to be.
	settled  chan struct{}
	response *pulumirpc.ConfigureResponse
	failure  error

	mu      sync.Mutex
	active  int
	total   int
	retired bool // serves the runs it has, and no other
	ended   bool
	stopped sync.Once
}

func startProcess(k *kind) (*process, error) {
	ctx := k.providers.context
	started, err := plugin.ExecPlugin(ctx, k.path, k.name+" (resource)", apitype.ResourcePlugin,
		[]string{k.providers.address}, ctx.Pwd, env.NewEnv(env.MapStore(k.env)), false)
	if err != nil {
		return nil, fmt.Errorf("failed to load plugin %s: %w", k.path, err)
	}
	p := &process{kind: k, plugin: started, started: time.Now(), settled: make(chan struct{})}
	errors := p.followErrors()
	output := bufio.NewReader(started.Stdout)
	port, err := output.ReadString('\n')
	if err != nil {
		_ = started.Kill()
		return nil, fmt.Errorf("could not read plugin [%s]: %w: %s", k.path, err, errors())
	}
	go func() { _, _ = io.Copy(io.Discard, output) }()
	p.conn, err = grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port),
		grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		_ = started.Kill()
		return nil, err
	}
	started.Conn = p.conn
	client := pulumirpc.NewResourceProviderClient(p.conn)
	info, err := client.GetPluginInfo(context.Background(), &emptypb.Empty{}, grpc.WaitForReady(true))
	if err != nil {
		_ = started.Kill()
		return nil, fmt.Errorf("could not ask plugin [%s]: %w", k.path, err)
	}
	p.version = strings.TrimPrefix(info.Version, "v")
	go p.follow(errors)
	return p, nil
}

// followErrors keeps the last lines of the error output.
func (p *process) followErrors() func() string {
	var mu sync.Mutex
	var last []string
	go func() {
		for lines := bufio.NewScanner(p.plugin.Stderr); lines.Scan(); {
			mu.Lock()
			last = append(last, lines.Text())
			last = last[max(0, len(last)-20):]
			mu.Unlock()
		}
	}()
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return strings.Join(last, "\n")
	}
}

// follow waits for the end of the process.
func (p *process) follow(errors func() string) {
	code, err := p.plugin.Wait(context.Background())
	p.mu.Lock()
	expected := p.retired
	p.ended, p.retired = true, true
	p.mu.Unlock()
	p.kind.forget(p)
	go p.stop()
	if !expected {
		logger.Error("provider ended", "provider", p.kind.name, "code", code, "error", fmt.Sprint(err), "output", errors())
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
	p.mu.Lock()
	p.active--
	over := p.retired && p.active == 0
	p.mu.Unlock()
	if over {
		go p.stop()
	}
}

// retire has the process end once the runs it serves are over.
func (p *process) retire() {
	p.mu.Lock()
	p.retired = true
	over := p.active == 0
	p.mu.Unlock()
	if over {
		go p.stop()
	}
}

// distrust retires a process that is not new: a new one would fail in the same way.
func (p *process) distrust() {
	if time.Since(p.started) > freshness {
		p.retire()
	}
}

// cancelIfAlone has the process give up its work if it is the work of one run. It refuses all work from then on.
func (p *process) cancelIfAlone() {
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
		p.mu.Lock()
		p.retired = true
		ended := p.ended
		p.mu.Unlock()
		if !ended {
			p.cancel()
		}
		_ = p.plugin.Close()
		p.kind.forget(p)
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
