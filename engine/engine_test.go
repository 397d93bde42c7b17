package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	libengine "github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"gocloud.dev/blob"
	"google.golang.org/protobuf/types/known/structpb"
)

func TestTheProtocolRefusesWhatItDoesNotKnow(t *testing.T) {
	e := &engine{runs: map[string]*run{}}
	e.idle = sync.NewCond(&e.mu)
	cases := []struct {
		name, path, body string
		status           int
		says             string
	}{
		{"another version", "/v2/up", `{}`, http.StatusNotFound, "speaks protocol 1"},
		{"an unknown operation", "/v1/explode", `{}`, http.StatusNotFound, "/v1/explode"},
		{"an unknown field", "/v1/up", `{"workdir2": "/"}`, http.StatusBadRequest, "workdir2"},
		{"no folder", "/v1/select", `{"stack": "a"}`, http.StatusBadRequest, "workDir is missing"},
		{"no stack", "/v1/select", `{"workDir": "/tmp"}`, http.StatusBadRequest, "stack is missing"},
		{"no program", "/v1/up", `{"workDir": "/tmp", "stack": "a"}`, http.StatusBadRequest, "client is missing"},
		{"no JSON", "/v1/up", `up`, http.StatusBadRequest, "invalid character"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			answer := httptest.NewRecorder()
			e.handler().ServeHTTP(answer, httptest.NewRequest(http.MethodPost, c.path, strings.NewReader(c.body)))
			var said line
			if err := json.Unmarshal(answer.Body.Bytes(), &said); err != nil || said.Error == nil {
				t.Fatalf("answered %q", answer.Body)
			}
			if answer.Code != c.status || !strings.Contains(said.Error.Message, c.says) {
				t.Errorf("answered %d %q", answer.Code, said.Error.Message)
			}
		})
	}
}

func TestOneRunOfAStackAtATime(t *testing.T) {
	e := &engine{runs: map[string]*run{}}
	e.idle = sync.NewCond(&e.mu)
	body := request{WorkDir: "/work", Stack: "a"}
	leave, err := e.enter(body, &run{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.enter(body, &run{}); err == nil {
		t.Error("a second run of the stack was let in")
	}
	if _, err := e.enter(request{WorkDir: "/work", Stack: "b"}, &run{}); err != nil {
		t.Error(err)
	}
	leave(nil)
	if _, err := e.enter(body, &run{}); err != nil {
		t.Error(err)
	}
}

func TestAStateIsFoundByItsName(t *testing.T) {
	ctx := context.Background()
	folder := t.TempDir()
	url, err := keptURL(ctx, "file://"+folder)
	if err != nil {
		t.Fatal(err)
	}
	bucket := openBucket(t, url)
	for _, name := range []string{"a.json", "a.json.bak", "a.json.gz", "ab.json", "sub/c.json"} {
		if err := bucket.WriteAll(ctx, "stacks/"+name, []byte(name), nil); err != nil {
			t.Fatal(err)
		}
	}
	if found := keys(t, bucket, "stacks/a.json"); found != "stacks/a.json stacks/a.json.gz" {
		t.Errorf("found %s", found)
	}
	if found := keys(t, bucket, "stacks/none.json"); found != "" {
		t.Errorf("found %s", found)
	}
	if found := keys(t, bucket, "stacks/"); found != "stacks/a.json stacks/a.json.bak stacks/a.json.gz stacks/ab.json stacks/sub/" {
		t.Errorf("found %s", found)
	}
	if files, err := os.ReadDir(filepath.Join(folder, "stacks")); err != nil || len(files) != 5 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

func TestAFileThatWasNotWrittenToItsEndIsNoLock(t *testing.T) {
	folder := t.TempDir()
	url, err := keptURL(context.Background(), "file://"+folder)
	if err != nil {
		t.Fatal(err)
	}
	locks := filepath.Join(folder, "locks")
	if err := os.Mkdir(locks, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{
		"a.json": time.Hour, "b.json.18a0f3c2.tmp": 0, "c.json.18a0f3c2.tmp": time.Hour,
	} {
		file := filepath.Join(locks, name)
		written := time.Now().Add(-age)
		if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Chtimes(file, written, written)); err != nil {
			t.Fatal(err)
		}
	}
	if found := keys(t, openBucket(t, url), "locks/"); found != "locks/a.json" {
		t.Errorf("found %s", found)
	}
	left, err := os.ReadDir(locks)
	if err != nil || len(left) != 2 || left[1].Name() != "b.json.18a0f3c2.tmp" {
		t.Errorf("left are %v, %v", left, err)
	}
}

func TestABucketInMemoryIsKept(t *testing.T) {
	ctx := context.Background()
	url, err := keptURL(ctx, "mem://")
	if err != nil {
		t.Fatal(err)
	}
	if err := openBucket(t, url).WriteAll(ctx, "a", []byte("1"), nil); err != nil {
		t.Fatal(err)
	}
	if content, err := openBucket(t, url).ReadAll(ctx, "a"); err != nil || string(content) != "1" {
		t.Errorf("read %q, %v", content, err)
	}
}

func TestTheBackendURLStaysAsItIsWhereItMayHoldCredentials(t *testing.T) {
	given := "s3://bucket?endpoint=minio:9000&disableSSL=true"
	if url, err := keptURL(context.Background(), given); err != nil || url != given {
		t.Errorf("%s, %v", url, err)
	}
	if _, err := keptURL(context.Background(), "file://state"); err == nil {
		t.Error("a path that depends on the folder of the process was taken")
	}
}

func openBucket(t *testing.T, url string) *blob.Bucket {
	t.Helper()
	bucket, err := blob.OpenBucket(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	return bucket
}

func keys(t *testing.T, bucket *blob.Bucket, prefix string) string {
	t.Helper()
	var found []string
	objects, failed := bucket.List(&blob.ListOptions{Prefix: prefix, Delimiter: "/"}).All(context.Background())
	for object := range objects {
		found = append(found, object.Key)
	}
	if err := failed(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(found, " ")
}

func TestProvidersAreToldApartByTheirConfiguration(t *testing.T) {
	configured := func(urn, value string) string {
		args, err := structpb.NewStruct(map[string]any{"kubeconfig": value, "context": "a"})
		if err != nil {
			t.Fatal(err)
		}
		hash, err := fingerprint(&pulumirpc.ConfigureRequest{Urn: &urn, Id: &urn, Args: args})
		if err != nil {
			t.Fatal(err)
		}
		return hash
	}
	if configured("one", "secret") != configured("another", "secret") {
		t.Error("the same configuration in two stacks is not the same")
	}
	if configured("one", "secret") == configured("one", "other") {
		t.Error("two configurations are the same")
	}
	if strings.Contains(configured("one", "secret"), "secret") {
		t.Error("the configuration can be read")
	}
}

func TestMessagesOfARunThatIsOverAreDropped(t *testing.T) {
	m := newMessages()
	say := func(text string) { m.sink(false).Warningf(diag.RawMessage("", text)) }
	say("too early")
	events := make(chan libengine.Event)
	m.open(events)
	go say("in time")
	event := <-events
	if payload := event.Payload().(libengine.DiagEventPayload); !strings.Contains(payload.Message, "in time") {
		t.Errorf("heard %q", payload.Message)
	}
	blocked := make(chan struct{})
	go func() {
		say("nobody listens")
		close(blocked)
	}()
	m.close()
	close(events)
	say("too late")
	select {
	case <-blocked:
	case <-time.After(5 * time.Second):
		t.Error("a message waits for a run that is over")
	}
}
