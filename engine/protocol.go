package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/result"
)

// protocolVersion is part of every path. It changes when a request or an answer changes its meaning.
//
//	GET  /v1/health       what this process is and uses
//	POST /v1/<operation>  body: request; answer: lines of JSON, any number of {"event": …}, then one
//	                      {"result": …} or {"error": {"message": …}}
//
// An answer without a last line means that the process went away.
const protocolVersion = 1

// request is the body of every operation. Which fields an operation reads stands in operations.go.
type request struct {
	// WorkDir is the folder of Pulumi.yaml and of the settings of its stacks.
	WorkDir string `json:"workDir"`
	// Stack is the name of the stack.
	Stack string `json:"stack"`
	// SecretsProvider is passphrase, or the URL of a cloud's key, for a new stack.
	SecretsProvider string `json:"secretsProvider"`
	// Create creates the stack first where it does not exist.
	Create bool `json:"create"`
	// Client is the address, host:port, of the language runtime that runs the program.
	Client string `json:"client"`
	// Refresh reads the live resources first.
	Refresh bool `json:"refresh"`
	// Remove removes the stack too, once its resources are gone.
	Remove bool `json:"remove"`
	// ShowSecrets gives secrets in clear.
	ShowSecrets bool `json:"showSecrets"`
	// EventLog is where events go besides: a file, or tcp://host:port as the Automation API serves it.
	EventLog string `json:"eventLog"`
	// Events names the kinds of events that the answer is to hold, as Pulumi names their fields; all where none is named.
	Events []string `json:"events"`
	// Env holds variables for the providers of this run.
	Env map[string]string `json:"env"`
}

func (r request) validate(needsClient bool) error {
	switch {
	case r.WorkDir == "":
		return errors.New("workDir is missing")
	case r.Stack == "":
		return errors.New("stack is missing")
	case needsClient && r.Client == "":
		return errors.New("client is missing")
	}
	return nil
}

type failure struct {
	Message string `json:"message"`
}

type line struct {
	Event  json.RawMessage `json:"event,omitempty"`
	Result any             `json:"result,omitempty"`
	Error  *failure        `json:"error,omitempty"`
}

func (e *engine) handler() http.Handler {
	mux := http.NewServeMux()
	prefix := fmt.Sprintf("/v%d/", protocolVersion)
	mux.HandleFunc("GET "+prefix+"health", func(out http.ResponseWriter, _ *http.Request) {
		writeJSON(out, http.StatusOK, e.health())
	})
	for name, operation := range operations {
		mux.HandleFunc("POST "+prefix+name, func(out http.ResponseWriter, in *http.Request) {
			e.answer(operation, out, in)
		})
	}
	mux.HandleFunc("/", func(out http.ResponseWriter, in *http.Request) {
		message := fmt.Sprintf("this engine speaks protocol %d and does not know %s", protocolVersion, in.URL.Path)
		writeJSON(out, http.StatusNotFound, line{Error: &failure{message}})
	})
	return mux
}

// answer runs one operation and writes its events while it runs.
func (e *engine) answer(operation operation, out http.ResponseWriter, in *http.Request) {
	var body request
	decoder := json.NewDecoder(in.Body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&body)
	if err == nil {
		err = body.validate(operation.program)
	}
	if err != nil {
		writeJSON(out, http.StatusBadRequest, line{Error: &failure{err.Error()}})
		return
	}
	// The server notices a closed connection only once the body is read to its end.
	_, _ = io.Copy(io.Discard, in.Body)

	out.Header().Set("Content-Type", "application/x-ndjson")
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	flush := out.(http.Flusher).Flush
	emit := func(event json.RawMessage) {
		_ = encoder.Encode(line{Event: event})
		flush()
	}
	answer, err := guarded(func() (any, error) { return operation.do(e, in.Context(), body, emit) })
	if err != nil {
		_ = encoder.Encode(line{Error: &failure{wordsOf(err)}})
		return
	}
	_ = encoder.Encode(line{Result: answer})
}

// wordsOf gives what the CLI prints of an error at the end: nothing where events have told it already.
func wordsOf(err error) string {
	if result.IsBail(err) {
		return ""
	}
	return strings.TrimSpace(err.Error())
}

// guarded turns a panic of the library into an error of the operation it happened in.
func guarded(do func() (any, error)) (answer any, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("the engine panicked: %v", panicked)
			logPanic(panicked)
		}
	}()
	return do()
}

func writeJSON(out http.ResponseWriter, status int, value any) {
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(status)
	_ = json.NewEncoder(out).Encode(value)
}
