package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

// eventLog is where the library writes the events of one run. It hands them out by no other way for every kind of
// run than to a file or to an address, so it is given an address of ours.
type eventLog struct {
	pulumirpc.UnimplementedEventsServer
	// address, as the library takes it.
	address string
	write   []func(event string)
	stop    []func()
}

// openEventLog passes events on to emit, and to the log that the caller names, if any.
func openEventLog(also string, emit func(json.RawMessage)) (*eventLog, error) {
	log := &eventLog{write: []func(string){func(event string) { emit(json.RawMessage(event)) }}}
	if err := log.copyTo(also); err != nil {
		return nil, fmt.Errorf("eventLog: %w", err)
	}
	cancel := make(chan bool)
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterEventsServer(server, log)
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	log.address = fmt.Sprintf("tcp://127.0.0.1:%d", server.Port)
	log.stop = append(log.stop, func() {
		cancel <- true
		<-server.Done
	})
	return log, nil
}

// only passes on events of the kinds that are named, and all where none is. An event that speaks of such a kind in its
// texts may pass too.
func only(kinds []string, emit func(json.RawMessage)) func(json.RawMessage) {
	if len(kinds) == 0 {
		return emit
	}
	return func(event json.RawMessage) {
		for _, kind := range kinds {
			if bytes.Contains(event, []byte(`"`+kind+`":`)) {
				emit(event)
				return
			}
		}
	}
}

// StreamEvents implements pulumirpc.EventsServer.
func (l *eventLog) StreamEvents(stream grpc.ClientStreamingServer[pulumirpc.EventRequest, emptypb.Empty]) error {
	for {
		request, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return stream.SendAndClose(&emptypb.Empty{})
		}
		if err != nil {
			return err
		}
		for _, write := range l.write {
			write(request.Event)
		}
	}
}

func (l *eventLog) copyTo(log string) error {
	if log == "" {
		return nil
	}
	address, isAddress := strings.CutPrefix(log, "tcp://")
	if !isAddress {
		file, err := os.OpenFile(log, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
		if err != nil {
			return err
		}
		l.write = append(l.write, func(event string) { _, _ = io.WriteString(file, event) })
		l.stop = append(l.stop, func() { _ = file.Close() })
		return nil
	}
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	stream, err := pulumirpc.NewEventsClient(conn).StreamEvents(context.Background())
	if err != nil {
		_ = conn.Close()
		return err
	}
	l.write = append(l.write, func(event string) { _ = stream.Send(&pulumirpc.EventRequest{Event: event}) })
	l.stop = append(l.stop, func() {
		_, _ = stream.CloseAndRecv()
		_ = conn.Close()
	})
	return nil
}

func (l *eventLog) close() {
	for _, stop := range l.stop {
		stop()
	}
}
