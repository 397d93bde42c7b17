package main

import (
	"context"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// connection is what one run has of a provider: a gRPC connection whose calls go to a process that other runs use
// too. The calls that would change the process for all of them are answered here.
type connection struct {
	host *host
	kind *kind

	mu    sync.Mutex
	inUse *usage
}

// current is the process that calls go to: any of the kind until the run has configured its provider.
func (c *connection) current() (*usage, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inUse == nil {
		process, err := c.kind.any(c.host.calls)
		if err != nil {
			return nil, err
		}
		if c.inUse, err = c.host.use(process); err != nil {
			return nil, err
		}
	}
	return c.inUse, nil
}

// Invoke implements grpc.ClientConnInterface.
func (c *connection) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	switch method {
	case pulumirpc.ResourceProvider_Cancel_FullMethodName, pulumirpc.ResourceProvider_Attach_FullMethodName:
		return nil
	case pulumirpc.ResourceProvider_Configure_FullMethodName:
		return c.configure(args.(*pulumirpc.ConfigureRequest), reply.(*pulumirpc.ConfigureResponse))
	}
	inUse, err := c.current()
	if err != nil {
		return err
	}
	ctx, stop := c.bounded(ctx)
	defer stop()
	err = inUse.process.conn.Invoke(ctx, method, args, reply, opts...)
	if err != nil {
		inUse.failed.Store(&err)
	}
	return err
}

// NewStream implements grpc.ClientConnInterface.
func (c *connection) NewStream(
	ctx context.Context, description *grpc.StreamDesc, method string, opts ...grpc.CallOption,
) (grpc.ClientStream, error) {
	inUse, err := c.current()
	if err != nil {
		return nil, err
	}
	ctx, stop := c.bounded(ctx)
	context.AfterFunc(c.host.calls, stop)
	return inUse.process.conn.NewStream(ctx, description, method, opts...)
}

// configure moves on to the process that is configured as the run asks.
func (c *connection) configure(request *pulumirpc.ConfigureRequest, reply *pulumirpc.ConfigureResponse) error {
	process, response, err := c.kind.configured(c.host.calls, request)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inUse, err = c.host.use(process); err != nil {
		return err
	}
	proto.Merge(reply, response)
	return nil
}

// bounded ends a call when its run has been told to stop and has had its time.
func (c *connection) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(c.host.calls, func() { cancel(errRunOver) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}
