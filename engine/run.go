package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/pulumi/pulumi/pkg/v3/backend"
	"github.com/pulumi/pulumi/pkg/v3/backend/backenderr"
	"github.com/pulumi/pulumi/pkg/v3/backend/display"
	"github.com/pulumi/pulumi/pkg/v3/backend/secrets"
	"github.com/pulumi/pulumi/pkg/v3/cmd/pulumi/autonaming"
	cmdconfig "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi/config"
	cmdstack "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi/stack"
	sdkdisplay "github.com/pulumi/pulumi/pkg/v3/display"
	libengine "github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/pkg/v3/util/cancel"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/env"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// run is one update, preview, refresh or destruction of a stack.
type run struct {
	kind     apitype.UpdateKind
	messages *messages
	host     *host
	// preparing is over when the run is interrupted before it has begun.
	preparing context.Context
	giveUp    context.CancelFunc

	mu          sync.Mutex
	source      *cancel.Source
	interrupted bool
}

func newRun(kind apitype.UpdateKind) *run {
	preparing, giveUp := context.WithCancel(context.Background())
	return &run{kind: kind, messages: newMessages(), preparing: preparing, giveUp: giveUp}
}

// interrupt asks the run to stop after the step it is at.
func (r *run) interrupt() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.interrupted = true
	if r.source != nil {
		r.source.Cancel()
	} else {
		r.giveUp()
	}
}

// NewScope implements backend.CancellationScopeSource. The library calls it when the run begins.
func (r *run) NewScope(ctx context.Context, events chan<- libengine.Event, _ bool) backend.CancellationScope {
	r.mu.Lock()
	defer r.mu.Unlock()
	cancellation, source := cancel.NewContext(ctx)
	r.source = source
	if r.interrupted {
		source.Cancel()
	}
	r.messages.open(events)
	return scope{cancellation, source, r.messages}
}

type scope struct {
	cancellation *cancel.Context
	source       *cancel.Source
	messages     *messages
}

func (s scope) Context() *cancel.Context { return s.cancellation }

// Close ends what the library keeps waiting for a cancellation: it would leak with every run.
func (s scope) Close() {
	s.messages.close()
	s.source.Terminate()
}

func running(
	kind apitype.UpdateKind,
) func(*engine, context.Context, request, func(json.RawMessage)) (any, error) {
	return func(e *engine, caller context.Context, body request, emit func(json.RawMessage)) (any, error) {
		r := newRun(kind)
		leave, err := e.enter(body, r)
		if err != nil {
			return nil, err
		}
		defer context.AfterFunc(caller, r.interrupt)()
		var changes sdkdisplay.ResourceChanges
		err = errors.New("the engine panicked")
		defer func() { leave(err) }()
		changes, err = e.run(r, body, emit)
		if errors.Is(err, context.Canceled) {
			err = backenderr.CancelledError{Operation: string(kind)}
		}
		return map[string]any{"changes": changes}, err
	}
}

// enter admits a run if it is the only one of its stack.
func (e *engine) enter(body request, r *run) (leave func(error), err error) {
	key := keyOf(body)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.runs[key] != nil {
		return nil, fmt.Errorf("another run of stack '%s' is under way in this engine", body.Stack)
	}
	e.runs[key] = r
	return func(err error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.runs, key)
		e.total++
		if err != nil {
			e.failed++
		}
		e.idle.Broadcast()
	}, nil
}

func (e *engine) underWay(body request) *run {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.runs[keyOf(body)]
}

func keyOf(body request) string { return body.WorkDir + "\x00" + body.Stack }

func (e *engine) run(r *run, body request, emit func(json.RawMessage)) (changes sdkdisplay.ResourceChanges, err error) {
	// Only an interruption before the run has begun ends this context: the library goes on to use it.
	ctx := r.preparing
	p, s, err := e.openStack(ctx, body)
	if err != nil {
		return nil, err
	}
	log, err := openEventLog(body.EventLog, only(body.Events, emit))
	if err != nil {
		return nil, err
	}
	defer log.close()
	r.host, err = newHost(e.providers, r.messages, p)
	if err != nil {
		return nil, err
	}
	// Closed by the library too, unless the run fails before it begins.
	defer func() {
		_ = r.host.Close()
		r.host.judge(err)
	}()
	operation, err := p.operation(ctx, s, r, log.address)
	if err != nil {
		return nil, err
	}
	changes, err = p.carryOut(context.Background(), s, r.kind, operation)
	if err == nil && r.kind == apitype.DestroyUpdate && body.Remove {
		err = p.remove(context.Background(), s)
	}
	return changes, err
}

func (p *project) carryOut(
	ctx context.Context, s backend.Stack, kind apitype.UpdateKind, operation backend.UpdateOperation,
) (sdkdisplay.ResourceChanges, error) {
	switch kind {
	case apitype.UpdateUpdate:
		return backend.UpdateStack(ctx, s, operation, nil)
	case apitype.PreviewUpdate:
		_, changes, err := backend.PreviewStack(ctx, s, operation, nil)
		return changes, err
	case apitype.RefreshUpdate:
		return backend.RefreshStack(ctx, s, operation)
	case apitype.DestroyUpdate:
		return backend.DestroyStack(ctx, s, operation)
	default:
		return nil, fmt.Errorf("unknown kind of run %s", kind)
	}
}

// operation is what the CLI makes of its arguments, its environment and the settings of the stack.
func (p *project) operation(
	ctx context.Context, s backend.Stack, r *run, eventLog string,
) (backend.UpdateOperation, error) {
	// A stack without settings goes on with the encryption that its state names.
	loader := cmdstack.SecretsManagerLoader{FallbackToState: true}
	configuration, manager, err := cmdconfig.GetStackConfiguration(ctx, sink(), loader, s, p.Project, p.settingsFile())
	if err != nil {
		return backend.UpdateOperation{}, fmt.Errorf("getting stack configuration: %w", err)
	}
	name := s.Ref().Name().String()
	err = workspace.ValidateStackConfigAndApplyProjectConfig(
		ctx, name, p.Project, configuration.Environment, configuration.Config, manager.Encrypter(), manager.Decrypter())
	if err != nil {
		return backend.UpdateOperation{}, fmt.Errorf("validating stack config: %w", err)
	}
	namer, err := autonaming.ParseAutonamingConfig(
		autonaming.StackContext{Organization: "organization", Project: p.Name.String(), Stack: name},
		configuration.Config, manager.Decrypter())
	if err != nil {
		return backend.UpdateOperation{}, fmt.Errorf("getting autonaming config: %w", err)
	}
	return backend.UpdateOperation{
		Proj:               p.Project,
		Root:               p.WorkDir,
		M:                  &backend.UpdateMetadata{Environment: map[string]string{backend.ExecutionKind: "auto.inline"}},
		SecretsManager:     manager,
		SecretsProvider:    secrets.DefaultProvider,
		StackConfiguration: configuration,
		Scopes:             r,
		Opts: backend.UpdateOptions{
			AutoApprove: true,
			SkipPreview: true,
			Display: display.Options{
				Color:             colors.Never,
				Type:              display.DisplayDiff,
				SummaryJSON:       true,
				Stdout:            io.Discard,
				Stderr:            io.Discard,
				EventLogPath:      eventLog,
				SuppressPermalink: true,
			},
			Engine: libengine.UpdateOptions{
				Host:                      r.host,
				Refresh:                   p.Refresh,
				Parallel:                  parallel(),
				ParallelDiff:              env.ParallelDiff.Value(),
				UseLegacyDiff:             env.EnableLegacyDiff.Value(),
				UseLegacyRefreshDiff:      env.EnableLegacyRefreshDiff.Value(),
				DisableProviderPreview:    env.DisableProviderPreview.Value(),
				DisableResourceReferences: env.DisableResourceReferences.Value(),
				DisableOutputValues:       env.DisableOutputValues.Value(),
				Autonamer:                 namer,
				Experimental:              env.Experimental.Value(),
				ContinueOnError:           env.ContinueOnError.Value(),
				SkipPluginPreInstall:      true,
			},
		},
	}, nil
}

// parallel is the CLI's default number of resource operations at a time.
func parallel() int32 {
	if set := env.Parallel.Value(); set > 0 {
		return int32(min(set, 1<<16)) //nolint:gosec
	}
	return int32(runtime.GOMAXPROCS(0)) * 4 //nolint:gosec
}
