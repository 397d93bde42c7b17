package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
)

// providers keeps the processes of providers between runs: one for each distinct plugin, environment and
// configuration.
type providers struct {
	pulumirpc.UnimplementedEngineServer
	context *plugin.Context
	address string // of the log server that processes are told of
	stop    func()

	mu        sync.Mutex
	kinds     map[string]*kind
	listeners map[string]*host // by project and stack
}

// newProviders starts the server that providers send their log messages to.
func newProviders() (*providers, error) {
	p := &providers{kinds: map[string]*kind{}, listeners: map[string]*host{}}
	ctx, err := plugin.NewContextWithRoot(context.Background(), sink(), sink(), nil, ".", ".", nil, false, nil, nil,
		nil, nil, nil, nil, nil)
	if err != nil {
		return nil, err
	}
	p.context = ctx
	cancel := make(chan bool)
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterEngineServer(server, p)
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	p.address = fmt.Sprintf("127.0.0.1:%d", server.Port)
	p.stop = func() {
		cancel <- true
		<-server.Done
	}
	return p, nil
}

// kind gives the processes of one plugin and environment.
func (p *providers) kind(name, path string, env map[string]string) *kind {
	variables := slices.Sorted(maps.Keys(env))
	key := path
	for _, variable := range variables {
		key += "\x00" + variable + "=" + env[variable]
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kinds[key] == nil {
		p.kinds[key] = &kind{providers: p, name: name, path: path, env: env}
	}
	return p.kinds[key]
}

// hear lets a run have the log messages of its resources.
func (p *providers) hear(h *host) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listeners[h.stack] = h
}

func (p *providers) deafen(h *host) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listeners[h.stack] == h {
		delete(p.listeners, h.stack)
	}
}

// Log implements pulumirpc.EngineServer: which run a message belongs to stands in the URN of its resource. One that
// names no resource could be any run's.
func (p *providers) Log(_ context.Context, in *pulumirpc.LogRequest) (*emptypb.Empty, error) {
	urn := resource.URN(in.Urn)
	var listener *host
	if urn.IsValid() {
		p.mu.Lock()
		listener = p.listeners[urn.Project().String()+"/"+urn.Stack().String()]
		p.mu.Unlock()
	}
	switch {
	case listener == nil:
	case in.Ephemeral:
		listener.LogStatus(severities[in.Severity], urn, in.Message, in.StreamId)
	default:
		listener.Log(severities[in.Severity], urn, in.Message, in.StreamId)
	}
	return &emptypb.Empty{}, nil
}

var severities = map[pulumirpc.LogSeverity]diag.Severity{
	pulumirpc.LogSeverity_DEBUG:   diag.Debug,
	pulumirpc.LogSeverity_INFO:    diag.Info,
	pulumirpc.LogSeverity_WARNING: diag.Warning,
	pulumirpc.LogSeverity_ERROR:   diag.Error,
}

func (p *providers) close() {
	p.mu.Lock()
	kinds := slices.Collect(maps.Values(p.kinds))
	p.mu.Unlock()
	var stopping sync.WaitGroup
	for _, kind := range kinds {
		for _, process := range kind.all() {
			stopping.Go(process.stop)
		}
	}
	stopping.Wait()
	p.stop()
}

func (p *providers) health() []providerHealth {
	p.mu.Lock()
	kinds := slices.Collect(maps.Values(p.kinds))
	p.mu.Unlock()
	found := []providerHealth{}
	for _, kind := range kinds {
		for _, process := range kind.all() {
			found = append(found, process.health())
		}
	}
	slices.SortFunc(found, func(a, b providerHealth) int { return strings.Compare(a.Name, b.Name) })
	return found
}

// kind is one plugin with one environment.
type kind struct {
	providers *providers
	name      string
	path      string
	env       map[string]string

	mu        sync.Mutex
	processes []*process
}

// any gives a process that answers questions before a provider is configured. The caller has it until it leaves it.
func (k *kind) any(ctx context.Context) (*process, error) {
	k.mu.Lock()
	process := k.enterWith(func(string) bool { return true })
	if process == nil {
		process = k.start()
	}
	k.mu.Unlock()
	return process, process.wait(ctx, process.started)
}

// configured gives the process that is configured as the request says, and its answer to that. The caller has it
// until it leaves it.
func (k *kind) configured(
	ctx context.Context, request *pulumirpc.ConfigureRequest,
) (*process, *pulumirpc.ConfigureResponse, error) {
	configuration, err := fingerprint(request)
	if err != nil {
		return nil, nil, err
	}
	process := k.reserve(configuration, request)
	if err := process.wait(ctx, process.configured); err != nil {
		return nil, nil, err
	}
	return process, process.response, nil
}

// reserve finds the process for a configuration, or has one configured that has none yet.
func (k *kind) reserve(configuration string, request *pulumirpc.ConfigureRequest) *process {
	k.mu.Lock()
	defer k.mu.Unlock()
	if process := k.enterWith(func(has string) bool { return has == configuration }); process != nil {
		return process
	}
	process := k.enterWith(func(has string) bool { return has == "" })
	if process == nil {
		process = k.start()
	}
	process.configuration = configuration
	go process.configure(request)
	return process
}

func (k *kind) enterWith(fits func(configuration string) bool) *process {
	for _, process := range k.processes {
		if fits(process.configuration) && process.enter() {
			return process
		}
	}
	return nil
}

// start does not wait for the process: whoever wants one meanwhile waits for that one.
func (k *kind) start() *process {
	process := newProcess(k)
	process.enter()
	k.processes = append(k.processes, process)
	go process.start()
	return process
}

func (k *kind) forget(p *process) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.processes = slices.DeleteFunc(k.processes, func(each *process) bool { return each == p })
}

func (k *kind) all() []*process {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.processes)
}

// fingerprint tells configurations apart. The resource that stands for the provider in a stack is not part of it.
func fingerprint(request *pulumirpc.ConfigureRequest) (string, error) {
	copied := proto.Clone(request).(*pulumirpc.ConfigureRequest)
	copied.Urn, copied.Name, copied.Id = nil, nil, nil
	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(copied)
	if err != nil {
		return "", err
	}
	// Configurations hold credentials: only their hash is kept.
	return fmt.Sprintf("%x", sha256.Sum256(bytes)), nil
}
