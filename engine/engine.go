package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/backend"
	"github.com/pulumi/pulumi/pkg/v3/backend/backenderr"
	"github.com/pulumi/pulumi/pkg/v3/backend/diy"
	pkgworkspace "github.com/pulumi/pulumi/pkg/v3/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// engine is what all operations share.
type engine struct {
	backendURL string
	providers  *providers
	salt       salt

	mu     sync.Mutex
	idle   *sync.Cond
	runs   map[string]*run // under way, by work folder and stack
	total  int
	failed int
}

func newEngine() (*engine, error) {
	configured := os.Getenv("PULUMI_BACKEND_URL")
	if configured == "" {
		return nil, errors.New("PULUMI_BACKEND_URL is not set")
	}
	if !diy.IsDIYBackendURL(configured) {
		return nil, errors.New("PULUMI_BACKEND_URL must name files or a store of blobs")
	}
	backendURL, err := keptURL(context.Background(), configured)
	if err != nil {
		return nil, err
	}
	providers, err := newProviders()
	if err != nil {
		return nil, err
	}
	e := &engine{backendURL: backendURL, providers: providers, runs: map[string]*run{}}
	e.idle = sync.NewCond(&e.mu)
	return e, nil
}

func (e *engine) close() { e.providers.close() }

// sink takes what the library says outside a run: warnings and errors are logged, news are not.
func sink() diag.Sink {
	return diag.DefaultSink(io.Discard, os.Stderr, diag.FormatOptions{Color: colors.Never})
}

// project is the project of a request, and its backend: one for each operation, with a lock of its own.
type project struct {
	*workspace.Project
	request
	backend backend.Backend
	ref     backend.StackReference
}

func (e *engine) open(ctx context.Context, body request) (*project, error) {
	definition, err := workspace.LoadProject(filepath.Join(body.WorkDir, "Pulumi.yaml"))
	if err != nil {
		return nil, err
	}
	b, err := diy.New(ctx, sink(), e.backendURL, definition)
	if err != nil {
		return nil, err
	}
	ref, err := b.ParseStackReference(body.Stack)
	if err != nil {
		return nil, err
	}
	return &project{Project: definition, request: body, backend: b, ref: ref}, nil
}

// openStack opens the project of a request and finds its stack. Where it is not there, it creates the stack if it was
// asked to, and fails in the CLI's words otherwise.
func (e *engine) openStack(ctx context.Context, body request) (*project, backend.Stack, error) {
	p, err := e.open(ctx, body)
	if err != nil {
		return nil, nil, err
	}
	s, err := p.backend.GetStack(ctx, p.ref)
	if err != nil {
		return nil, nil, err
	}
	if s == nil && p.Create {
		s, err = e.create(ctx, p)
	} else if s == nil {
		err = backenderr.StackNotFoundError{StackName: p.Stack}
	}
	return p, s, err
}

// settingsFile is the file with the configuration and the encryption of the stack.
func (p *project) settingsFile() string {
	return filepath.Join(p.WorkDir, fmt.Sprintf("Pulumi.%s.yaml", p.ref.Name()))
}

// place is a workspace at the folder of a request: the library's own looks at the current folder of the process.
type place struct {
	pkgworkspace.Context
	project *project
}

func (p place) ReadProject() (*workspace.Project, string, error) {
	return p.project.Project, p.project.WorkDir, nil
}

// health is what the supervisor of this process looks at.
type health struct {
	identity
	Runs        runCounts        `json:"runs"`
	Memory      int              `json:"memory"`
	Descriptors int              `json:"descriptors"`
	Goroutines  int              `json:"goroutines"`
	Providers   []providerHealth `json:"providers"`
}

type runCounts struct {
	Active int `json:"active"`
	Total  int `json:"total"`
	Failed int `json:"failed"`
}

func (e *engine) health() health {
	e.mu.Lock()
	counts := runCounts{Active: len(e.runs), Total: e.total, Failed: e.failed}
	e.mu.Unlock()
	return health{
		identity:    self(),
		Runs:        counts,
		Memory:      residentMemory(),
		Descriptors: openDescriptors(),
		Goroutines:  runtime.NumGoroutine(),
		Providers:   e.providers.health(),
	}
}

// residentMemory is in bytes. Where there is no /proc it is what Go has got from the system.
func residentMemory() int {
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		if fields := strings.Fields(string(text)); len(fields) > 1 {
			pages, _ := strconv.Atoi(fields[1])
			return pages * os.Getpagesize()
		}
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return int(memory.Sys)
}

func openDescriptors() int {
	names, err := os.ReadDir("/dev/fd")
	if err != nil {
		return 0
	}
	return len(names)
}

// stopRuns asks the runs under way to end, and waits for them for a while.
func (e *engine) stopRuns(longest time.Duration) {
	timer := time.AfterFunc(longest, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		clear(e.runs)
		e.idle.Broadcast()
	})
	defer timer.Stop()
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, run := range e.runs {
		run.interrupt()
	}
	for len(e.runs) > 0 {
		e.idle.Wait()
	}
}
