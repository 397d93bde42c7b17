package main

import (
	"fmt"
	"sync"

	libengine "github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/logging"
)

// messages takes what the program and the providers of one run say, and makes events of the run of it.
type messages struct {
	done chan struct{}

	mu     sync.RWMutex
	events chan<- libengine.Event // nil before the run begins and after it has ended
}

func newMessages() *messages { return &messages{done: make(chan struct{})} }

func (m *messages) open(events chan<- libengine.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events = events
}

// close returns when nothing is being sent any more: the channel may be closed then.
func (m *messages) close() {
	close(m.done)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events = nil
}

func (m *messages) send(payload libengine.DiagEventPayload) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.events == nil {
		return
	}
	select {
	case m.events <- libengine.NewEvent(payload):
	case <-m.done:
	}
}

// sink makes messages of one sort. Status messages are news of a step under way, and are not kept.
func (m *messages) sink(status bool) diag.Sink { return messageSink{m, status} }

type messageSink struct {
	messages *messages
	status   bool
}

func (s messageSink) Logf(severity diag.Severity, d *diag.Diag, args ...any) {
	text := d.Message
	if !d.Raw {
		text = fmt.Sprintf(d.Message, args...)
	}
	s.messages.send(libengine.DiagEventPayload{
		URN:       d.URN,
		Prefix:    prefixes[severity],
		Message:   logging.FilterString(colors.SpecNote + text + colors.Reset + "\n"),
		Color:     colors.Raw,
		Severity:  severity,
		StreamID:  d.StreamID,
		Ephemeral: s.status,
	})
}

// prefixes are the engine's own.
var prefixes = map[diag.Severity]string{
	diag.Debug:   colors.SpecDebug + "debug: " + colors.Reset,
	diag.Warning: colors.SpecWarning + "warning: " + colors.Reset,
	diag.Error:   colors.SpecError + "error: " + colors.Reset,
}

func (s messageSink) Debugf(d *diag.Diag, args ...any)   { s.Logf(diag.Debug, d, args...) }
func (s messageSink) Infof(d *diag.Diag, args ...any)    { s.Logf(diag.Info, d, args...) }
func (s messageSink) Infoerrf(d *diag.Diag, args ...any) { s.Logf(diag.Infoerr, d, args...) }
func (s messageSink) Errorf(d *diag.Diag, args ...any)   { s.Logf(diag.Error, d, args...) }
func (s messageSink) Warningf(d *diag.Diag, args ...any) { s.Logf(diag.Warning, d, args...) }
