package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"gocloud.dev/blob"
	"gocloud.dev/blob/driver"
)

// The library writes the state of a stack anew for each step of a run, and keeps the state before as a backup. In a
// folder that is two new files a step, which cost more than the step itself. So two files take turns: what was the backup
// stands by as the spare file, to which the next state is written. As ever a state appears as a whole.

// state is the key of a stack's state. It holds nothing that the library escapes in the names of files.
var state = regexp.MustCompile(`^\.pulumi/stacks/([A-Za-z0-9_-]+/)?[A-Za-z0-9._-]+\.json$`)

const (
	backupSuffix = ".bak"
	// spareSuffix is that of an unfinished file too.
	spareSuffix = ".0.tmp"
)

func (f *folder) file(key string) string { return filepath.Join(f.path, filepath.FromSlash(key)) }

// Copy makes the state the backup as well, and has the old backup stand by.
func (f *folder) Copy(ctx context.Context, to, from string, _ *driver.CopyOptions) error {
	if to == from+backupSuffix && state.MatchString(from) {
		err := os.Rename(f.file(to), f.file(from+spareSuffix))
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			err = os.Link(f.file(from), f.file(to))
		}
		if err == nil {
			return nil
		}
		// Not every file system has links.
	}
	return f.files.Copy(ctx, to, from, nil)
}

func (f *folder) Delete(ctx context.Context, key string) error {
	if state.MatchString(key) {
		_ = os.Remove(f.file(key + spareSuffix))
	}
	return f.files.Delete(ctx, key)
}

func (f *folder) NewTypedWriter(
	ctx context.Context, key, contentType string, _ *driver.WriterOptions,
) (driver.Writer, error) {
	if state.MatchString(key) {
		if spare := f.spare(key); spare != nil {
			return &stateWriter{spare, ctx, f.file(key)}, nil
		}
	}
	return f.files.NewWriter(ctx, key, &blob.WriterOptions{ContentType: contentType})
}

// spare opens the spare file of a state, empty; nil where there is none. A process that was killed between a backup and
// the next state has left one file with two names, and the next backup makes it the spare one as well.
func (f *folder) spare(key string) *os.File {
	file, err := os.OpenFile(f.file(key+spareSuffix), os.O_WRONLY, 0)
	if err != nil {
		return nil
	}
	spare, err := file.Stat()
	for _, name := range []string{key, key + backupSuffix} {
		if other, failed := os.Stat(f.file(name)); failed == nil && err == nil && os.SameFile(spare, other) {
			err = fs.ErrExist
		}
	}
	if err == nil {
		err = file.Truncate(0)
	}
	if err != nil {
		_ = file.Close()
		return nil
	}
	return file
}

// stateWriter writes a state to the spare file, which takes its place when it is whole.
type stateWriter struct {
	*os.File
	ctx  context.Context
	path string
}

func (w *stateWriter) Close() error {
	if err := w.File.Close(); err != nil {
		return err
	}
	if err := w.ctx.Err(); err != nil {
		return err
	}
	return os.Rename(w.Name(), w.path)
}
