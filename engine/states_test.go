package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gocloud.dev/blob"
)

const stateKey = ".pulumi/stacks/project/a.b.json"

// steps writes states one after the other, each with a backup of the one before, as the library does.
func steps(t *testing.T, bucket *blob.Bucket, states ...string) {
	t.Helper()
	ctx := context.Background()
	for _, content := range states {
		if exists, _ := bucket.Exists(ctx, stateKey); exists {
			backUp(t, bucket)
		}
		if err := bucket.WriteAll(ctx, stateKey, []byte(content), nil); err != nil {
			t.Fatal(err)
		}
	}
}

func backUp(t *testing.T, bucket *blob.Bucket) {
	t.Helper()
	if err := bucket.Copy(context.Background(), stateKey+backupSuffix, stateKey, nil); err != nil {
		t.Fatal(err)
	}
}

func openTemp(t *testing.T) (bucket *blob.Bucket, file string) {
	t.Helper()
	folder := t.TempDir()
	url, err := keptURL(context.Background(), "file://"+folder)
	if err != nil {
		t.Fatal(err)
	}
	return openBucket(t, url), filepath.Join(folder, stateKey)
}

func content(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAStateAndTheOneBeforeAreKept(t *testing.T) {
	bucket, file := openTemp(t)
	for range 3 {
		steps(t, bucket, "a longer one", "the one before", "the last")
		if now, before := content(t, file), content(t, file+backupSuffix); now != "the last" || before != "the one before" {
			t.Errorf("kept %q and %q", now, before)
		}
	}
}

func TestTheFilesOfAStateTakeTurns(t *testing.T) {
	bucket, file := openTemp(t)
	steps(t, bucket, "1", "2", "3")
	first, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	steps(t, bucket, "4")
	if next, err := os.Stat(file); err != nil || os.SameFile(first, next) {
		t.Errorf("the next state has the file of the one before: %v", err)
	}
	steps(t, bucket, "5")
	if again, err := os.Stat(file); err != nil || !os.SameFile(first, again) {
		t.Errorf("the state after has a file of its own: %v", err)
	}
	if err := bucket.Delete(context.Background(), stateKey); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 1 || left[0].Name() != "a.b.json.bak" {
		t.Errorf("left are %v, %v", left, err)
	}
}

func TestAStateIsNeverWrittenInto(t *testing.T) {
	bucket, file := openTemp(t)
	steps(t, bucket, "1", "2", "3")
	// A process was killed after a backup; the next one begins with another.
	backUp(t, bucket)
	backUp(t, bucket)
	reader, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	steps(t, bucket, "4")
	seen := make([]byte, 8)
	if count, err := reader.Read(seen); err != nil || string(seen[:count]) != "3" {
		t.Errorf("who reads the old state sees %q, %v", seen[:count], err)
	}
	if now, before := content(t, file), content(t, file+backupSuffix); now != "4" || before != "3" {
		t.Errorf("kept %q and %q", now, before)
	}
}

func TestAWriteThatIsGivenUpLeavesTheState(t *testing.T) {
	bucket, file := openTemp(t)
	steps(t, bucket, "1", "2", "3")
	backUp(t, bucket)
	ctx, cancel := context.WithCancel(context.Background())
	writer, err := bucket.NewWriter(ctx, stateKey, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writer.Write([]byte(strings.Repeat("half", 1000))); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := writer.Close(); err == nil {
		t.Error("it was not given up")
	}
	if now := content(t, file); now != "3" {
		t.Errorf("kept %q", now)
	}
}

func TestEventsOfTheKindsThatAreAskedFor(t *testing.T) {
	events := []string{`{"sequence":1,"diagnosticEvent":{}}`, `{"sequence":2,"resourcePreEvent":{}}`}
	for asked, expected := range map[string]int{"": 2, "diagnosticEvent": 1, "cancelEvent": 0} {
		passed := 0
		emit := only(strings.Fields(asked), func(json.RawMessage) { passed++ })
		for _, event := range events {
			emit(json.RawMessage(event))
		}
		if passed != expected {
			t.Errorf("%d events of %q", passed, asked)
		}
	}
}
