package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/env"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// cancelGrace is how long calls to providers may go on once their run is to stop. A provider that is shared cannot
// be told to stop the work of one run.
const cancelGrace = 5 * time.Second

// host gives one run its plugins. It is the library's own host, but for providers, which runs share, and for the
// language runtime, which is where the request says the program is.
type host struct {
	plugin.Host
	context   *plugin.Context
	providers *providers
	env       map[string]string
	stack     string // project and stack, as in the URNs of the run

	program *grpc.ClientConn
	calls   context.Context // ends with the calls to providers
	cut     context.CancelFunc
	closed  sync.Once

	mu   sync.Mutex
	used map[*process]*usage
}

// usage is what a run has had from a provider process.
type usage struct {
	process *process
	failed  atomic.Pointer[error] // of the last call that failed
}

func newHost(providers *providers, messages *messages, p *project) (*host, error) {
	ctx, err := plugin.NewContextWithRoot(context.Background(), messages.sink(false), messages.sink(true), nil,
		p.WorkDir, p.WorkDir, nil, false, nil, p.Plugins, p.GetPackageSpecs(), nil, nil,
		schema.NewLoaderServerFromHost, nil)
	if err != nil {
		return nil, err
	}
	calls, cut := context.WithCancel(context.Background())
	h := &host{
		Host: ctx.Host, context: ctx, providers: providers, env: p.Env,
		stack: p.Name.String() + "/" + p.ref.Name().String(),
		calls: calls, cut: cut, used: map[*process]*usage{},
	}
	if p.Client != "" {
		h.program, err = grpc.NewClient(
			p.Client, grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
		if err != nil {
			_ = h.Close()
			return nil, err
		}
	}
	providers.hear(h)
	return h, nil
}

// LanguageRuntime is that of the program, whatever its language.
func (h *host) LanguageRuntime(runtime string) (plugin.LanguageRuntime, error) {
	if h.program == nil {
		return plugin.NewLanguageRuntimeClient(runtime, noProgram{}), nil
	}
	client := program{pulumirpc.NewLanguageRuntimeClient(h.program), h.ServerAddr()}
	return plugin.NewLanguageRuntimeClient(runtime, client), nil
}

// Provider gives a provider that looks to the library like a process of its own.
func (h *host) Provider(descriptor workspace.PluginDescriptor, e env.Env) (plugin.Provider, error) {
	kind, err := h.kindOf(descriptor, e)
	if err != nil {
		return nil, err
	}
	connection := &connection{host: h, kind: kind}
	if _, err := connection.current(); err != nil {
		return nil, err
	}
	return plugin.NewProviderWithClient(h.context, pulumirpc.NewResourceProviderClient(connection), false), nil
}

func (h *host) kindOf(descriptor workspace.PluginDescriptor, e env.Env) (*kind, error) {
	path, err := workspace.GetPluginPath(context.Background(), h.context.Diag, descriptor, h.GetProjectPlugins())
	if err != nil {
		return nil, err
	}
	variables := map[string]string{}
	if store := e.GetStore(); store != nil {
		for name, value := range store.Values() {
			variables[name] = value
		}
	}
	for name, value := range h.env {
		variables[name] = value
	}
	return h.providers.kind(descriptor.Name, path, variables), nil
}

// use keeps a process that the run has entered until the run is over.
func (h *host) use(p *process) (*usage, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.calls.Err() != nil {
		p.leave()
		return nil, errRunOver
	}
	if h.used[p] != nil {
		p.leave()
	} else {
		h.used[p] = &usage{process: p}
		p.count()
	}
	return h.used[p], nil
}

var errRunOver = errors.New("the run is over or was cancelled")

// SignalCancellation is called when the run is to stop. A provider that serves no other run is told so.
func (h *host) SignalCancellation() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for process := range h.used {
		process.abandon()
	}
	time.AfterFunc(cancelGrace, h.cut)
	return nil
}

// Close implements plugin.Host. The library calls it more than once.
func (h *host) Close() error {
	var err error
	h.closed.Do(func() {
		h.providers.deafen(h)
		h.mu.Lock()
		h.cut()
		h.mu.Unlock()
		if h.program != nil {
			_ = h.program.Close()
		}
		err = h.Host.Close()
		h.mu.Lock()
		defer h.mu.Unlock()
		for process := range h.used {
			process.leave()
		}
	})
	return err
}

// judge has providers replaced that may be to blame for a failed run: what they remember of the cluster may be old.
func (h *host) judge(err error) {
	if err == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for process, usage := range h.used {
		if failed := usage.failed.Load(); failed != nil {
			process.distrust(*failed)
		}
	}
}
