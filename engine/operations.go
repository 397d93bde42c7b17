package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/pkg/v3/backend"
	"github.com/pulumi/pulumi/pkg/v3/backend/display"
	"github.com/pulumi/pulumi/pkg/v3/backend/secrets"
	cmdstack "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi/stack"
	"github.com/pulumi/pulumi/pkg/v3/resource/stack"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
)

// operation is one of the engine's operations. Each reads workDir and stack of the request, and what stands with it.
type operation struct {
	// program tells whether a program runs, so that the request must say where.
	program bool
	do      func(e *engine, ctx context.Context, body request, emit func(json.RawMessage)) (any, error)
}

var operations = map[string]operation{
	// Creates the stack. Reads secretsProvider.
	"init": {do: short((*engine).init)},
	// Fails where the stack does not exist.
	"select": {do: short((*engine).selectStack)},
	// Removes a stack that has no resources, and its settings.
	"remove": {do: short((*engine).remove)},
	// Gives the outputs of the last run. Reads showSecrets.
	"outputs": {do: short((*engine).outputs)},
	// Gives the state. Reads showSecrets.
	"export": {do: short((*engine).export)},
	// Releases every lock of the stack, whoever holds it.
	"cancel": {do: short((*engine).cancel)},
	// Asks the run of the stack that is under way here to stop after the step it is at.
	"interrupt": {do: short((*engine).interrupt)},
	// Runs of the stack. They read client, create, refresh, remove, events, eventLog and env.
	"up":      {do: running(apitype.UpdateUpdate), program: true},
	"preview": {do: running(apitype.PreviewUpdate), program: true},
	"refresh": {do: running(apitype.RefreshUpdate)},
	"destroy": {do: running(apitype.DestroyUpdate)},
}

type none struct{}

// short is an operation without events.
func short(
	do func(*engine, context.Context, request) (any, error),
) func(*engine, context.Context, request, func(json.RawMessage)) (any, error) {
	return func(e *engine, _ context.Context, body request, _ func(json.RawMessage)) (any, error) {
		// It is carried through even when the caller goes away.
		return do(e, context.Background(), body)
	}
}

func (e *engine) init(ctx context.Context, body request) (any, error) {
	p, err := e.open(ctx, body)
	if err != nil {
		return nil, err
	}
	_, err = e.create(ctx, p)
	return none{}, err
}

func (e *engine) create(ctx context.Context, p *project) (backend.Stack, error) {
	if err := cmdstack.ValidateSecretsProvider(p.SecretsProvider); err != nil {
		return nil, err
	}
	if p.SecretsProvider == "" || p.SecretsProvider == "default" || p.SecretsProvider == "passphrase" {
		if err := e.salt.prepare(p); err != nil {
			return nil, err
		}
	}
	return cmdstack.CreateStack(
		ctx, sink(), place{project: p}, p.backend, p.ref, p.WorkDir, nil, false, p.SecretsProvider, false, p.settingsFile())
}

func (e *engine) selectStack(ctx context.Context, body request) (any, error) {
	_, _, err := e.openStack(ctx, body)
	return none{}, err
}

func (e *engine) remove(ctx context.Context, body request) (any, error) {
	p, s, err := e.openStack(ctx, body)
	if err != nil {
		return nil, err
	}
	return none{}, p.remove(ctx, s)
}

// remove removes the stack and its settings.
func (p *project) remove(ctx context.Context, s backend.Stack) error {
	hasResources, err := backend.RemoveStack(ctx, s, false /*force*/, false /*removeBackups*/)
	if hasResources {
		return fmt.Errorf("'%s' still has resources; removal rejected", p.Stack)
	}
	if err != nil {
		return err
	}
	if err := os.Remove(p.settingsFile()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func (e *engine) outputs(ctx context.Context, body request) (any, error) {
	_, s, err := e.openStack(ctx, body)
	if err != nil {
		return nil, err
	}
	outputs, err := s.SnapshotStackOutputs(ctx, secrets.DefaultProvider)
	if err != nil {
		return nil, err
	}
	// Nothing is left to encrypt: secrets are masked or in clear by now.
	shown := display.MassageSecrets(resource.ToResourcePropertyMap(outputs), body.ShowSecrets)
	values, err := stack.SerializeProperties(ctx, shown, config.NewPanicCrypter(), body.ShowSecrets)
	if err != nil {
		return nil, err
	}
	if values == nil {
		values = map[string]any{}
	}
	return map[string]any{"outputs": values}, nil
}

func (e *engine) export(ctx context.Context, body request) (any, error) {
	_, s, err := e.openStack(ctx, body)
	if err != nil {
		return nil, err
	}
	deployment, err := backend.ExportStackDeployment(ctx, s)
	if err != nil {
		return nil, err
	}
	if body.ShowSecrets {
		snapshot, err := stack.DeserializeUntypedDeployment(ctx, deployment, secrets.DefaultProvider)
		if err != nil {
			return nil, err
		}
		deployment, err = stack.SerializeUntypedDeployment(ctx, snapshot, &stack.SerializeOptions{ShowSecrets: true})
		if err != nil {
			return nil, err
		}
	}
	return map[string]any{"deployment": deployment}, nil
}

func (e *engine) cancel(ctx context.Context, body request) (any, error) {
	p, err := e.open(ctx, body)
	if err != nil {
		return nil, err
	}
	// Also where the stack is gone: a run that was cut off may have removed it and left its lock.
	return none{}, p.backend.CancelCurrentUpdate(ctx, p.ref)
}

func (e *engine) interrupt(_ context.Context, body request) (any, error) {
	if run := e.underWay(body); run != nil {
		run.interrupt()
	}
	return none{}, nil
}
