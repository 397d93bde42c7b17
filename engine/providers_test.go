package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// The tests' own program is a provider too, where this variable says how it behaves.
const behaviour = "TEST_PROVIDER"

func TestMain(m *testing.M) {
	switch os.Getenv(behaviour) {
	case "":
		os.Exit(m.Run())
	case "hangs":
		select {}
	default:
		serveProvider()
	}
}

type testProvider struct {
	pulumirpc.UnimplementedResourceProviderServer
	configured int
	cancelled  bool
}

func serveProvider() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	server := grpc.NewServer()
	pulumirpc.RegisterResourceProviderServer(server, &testProvider{})
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	panic(server.Serve(listener))
}

func (*testProvider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: "1.2.3"}, nil
}

func (p *testProvider) Configure(context.Context, *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	p.configured++
	if os.Getenv(behaviour) == "refuses" {
		return nil, status.Error(codes.InvalidArgument, "no such cluster")
	}
	return &pulumirpc.ConfigureResponse{AcceptSecrets: true}, nil
}

func (p *testProvider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	p.cancelled = true
	return &emptypb.Empty{}, nil
}

// Invoke tells what the process has been through, and waits where it is asked to.
func (p *testProvider) Invoke(ctx context.Context, in *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	if in.Tok == "wait" {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	told, err := structpb.NewStruct(map[string]any{
		"pid": os.Getpid(), "configured": p.configured, "cancelled": p.cancelled,
	})
	return &pulumirpc.InvokeResponse{Return: told}, err
}

// testRun is a run that has configured its provider.
type testRun struct {
	host     *host
	provider pulumirpc.ResourceProviderClient
}

func newTestEngine(t *testing.T) *engine {
	t.Helper()
	t.Setenv("PULUMI_BACKEND_URL", "mem://")
	e, err := newEngine()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.close)
	return e
}

func newTestRun(t *testing.T, e *engine, stack, provider string) *testRun {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "Pulumi.yaml"), []byte("name: p\nruntime: nodejs\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := e.open(context.Background(), request{WorkDir: folder, Stack: stack})
	if err != nil {
		t.Fatal(err)
	}
	h, err := newHost(e.providers, newMessages(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	kind := e.providers.kind("test", program, map[string]string{behaviour: provider})
	return &testRun{h, pulumirpc.NewResourceProviderClient(&connection{host: h, kind: kind})}
}

func (r *testRun) configure(value string) error {
	args, _ := structpb.NewStruct(map[string]any{"kubeconfig": value})
	_, err := r.provider.Configure(context.Background(), &pulumirpc.ConfigureRequest{Args: args})
	return err
}

func (r *testRun) told(t *testing.T) map[string]any {
	t.Helper()
	answer, err := r.provider.Invoke(context.Background(), &pulumirpc.InvokeRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return answer.Return.AsMap()
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not in time: %s", what)
}

func isAlive(pid any) bool { return syscall.Kill(int(pid.(float64)), 0) == nil }

func TestRunsOfOneConfigurationShareAProcess(t *testing.T) {
	e := newTestEngine(t)
	one, same, other := newTestRun(t, e, "a", "serves"), newTestRun(t, e, "b", "serves"), newTestRun(t, e, "c", "serves")
	for run, value := range map[*testRun]string{one: "x", same: "x", other: "y"} {
		if err := run.configure(value); err != nil {
			t.Fatal(err)
		}
	}
	if one.told(t)["pid"] != same.told(t)["pid"] || one.told(t)["configured"] != 1.0 {
		t.Errorf("%v and %v", one.told(t), same.told(t))
	}
	if one.told(t)["pid"] == other.told(t)["pid"] {
		t.Error("two configurations share a process")
	}
	_ = one.host.Close()
	_ = same.host.Close()
	later := newTestRun(t, e, "d", "serves")
	if err := later.configure("x"); err != nil {
		t.Fatal(err)
	}
	if told := later.told(t); told["cancelled"] != false || told["configured"] != 1.0 {
		t.Errorf("a later run finds %v", told)
	}
}

func TestAProviderIsToldToStopOnlyByItsLastRun(t *testing.T) {
	e := newTestEngine(t)
	stopping, other := newTestRun(t, e, "a", "serves"), newTestRun(t, e, "b", "serves")
	for _, run := range []*testRun{stopping, other} {
		if err := run.configure("x"); err != nil {
			t.Fatal(err)
		}
	}
	pid := other.told(t)["pid"]
	if err := stopping.host.SignalCancellation(); err != nil {
		t.Fatal(err)
	}
	_ = stopping.host.Close()
	if told := other.told(t); told["cancelled"] != false {
		t.Error("the provider of a run was told to stop by another run")
	}
	next := newTestRun(t, e, "c", "serves")
	if err := next.configure("x"); err != nil {
		t.Fatal(err)
	}
	if next.told(t)["pid"] == pid {
		t.Error("a process that is to end got another run")
	}
	_ = other.host.Close()
	eventually(t, "the process ends with its last run", func() bool { return !isAlive(pid) })
}

func TestAProviderOfOneRunIsToldToStop(t *testing.T) {
	e := newTestEngine(t)
	run := newTestRun(t, e, "a", "serves")
	if err := run.configure("x"); err != nil {
		t.Fatal(err)
	}
	_ = run.host.SignalCancellation()
	eventually(t, "it is told", func() bool { return run.told(t)["cancelled"] == true })
}

func TestAProviderThatEndedIsReplaced(t *testing.T) {
	e := newTestEngine(t)
	run := newTestRun(t, e, "a", "serves")
	if err := run.configure("x"); err != nil {
		t.Fatal(err)
	}
	pid := run.told(t)["pid"]
	_ = syscall.Kill(int(pid.(float64)), syscall.SIGKILL)
	eventually(t, "its end is noticed", func() bool { return len(e.providers.health()) == 0 })
	_, err := run.provider.Invoke(context.Background(), &pulumirpc.InvokeRequest{})
	if status.Code(err) != codes.Unavailable {
		t.Errorf("its run is told %v", err)
	}
	next := newTestRun(t, e, "b", "serves")
	if err := next.configure("x"); err != nil {
		t.Fatal(err)
	}
	if next.told(t)["pid"] == pid {
		t.Error("the next run got a process that has ended")
	}
}

func TestAFailedCallOfAFailedRunReplacesWhatMayBeOld(t *testing.T) {
	for call, replaced := range map[string]bool{"no matches for kind \"A\"": true, "refused by a webhook": false} {
		e := newTestEngine(t)
		run := newTestRun(t, e, "a", "serves")
		if err := run.configure("x"); err != nil {
			t.Fatal(err)
		}
		pid := run.told(t)["pid"]
		failed := fmt.Errorf("%s", call)
		for _, usage := range run.host.used {
			usage.failed.Store(&failed)
		}
		_ = run.host.Close()
		run.host.judge(failed)
		next := newTestRun(t, e, "b", "serves")
		if err := next.configure("x"); err != nil {
			t.Fatal(err)
		}
		if (next.told(t)["pid"] != pid) != replaced {
			t.Errorf("%s: replaced is %v", call, !replaced)
		}
	}
}

func TestAConfigurationThatIsRefusedIsTriedAnew(t *testing.T) {
	e := newTestEngine(t)
	for range 2 {
		run := newTestRun(t, e, "a", "refuses")
		if err := run.configure("x"); status.Code(err) != codes.InvalidArgument {
			t.Errorf("told %v", err)
		}
		_ = run.host.Close()
	}
	eventually(t, "no process is left", func() bool { return len(e.providers.health()) == 0 })
}

func TestAProviderThatHangsHoldsUpItsRunsOnly(t *testing.T) {
	e := newTestEngine(t)
	hung := newTestRun(t, e, "a", "hangs")
	ended := make(chan error)
	go func() { ended <- hung.configure("x") }()
	eventually(t, "it is being started", func() bool { return len(e.providers.health()) == 1 })
	run := newTestRun(t, e, "b", "serves")
	if err := run.configure("x"); err != nil {
		t.Fatal(err)
	}
	_ = hung.host.Close()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it was configured")
		}
	case <-time.After(10 * time.Second):
		t.Error("a run that is over waits for it")
	}
	killAll(t, e)
}

// killAll ends providers that do not end when they are asked to.
func killAll(t *testing.T, e *engine) {
	t.Helper()
	for _, kind := range e.providers.kinds {
		for _, process := range kind.all() {
			eventually(t, "it has a process", func() bool { return process.plugin != nil })
			_ = process.plugin.Kill()
		}
	}
}

func TestAMissingPluginIsSaidInTheLibrarysWords(t *testing.T) {
	e := newTestEngine(t)
	t.Setenv("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true")
	run := newTestRun(t, e, "a", "serves")
	_, err := run.host.Provider(workspace.PluginDescriptor{Name: "none", Kind: "resource"}, nil)
	if err == nil {
		t.Error("a plugin was found that is not there")
	}
}
