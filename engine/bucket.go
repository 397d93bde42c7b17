package main

import (
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/driver"
	_ "gocloud.dev/blob/memblob" // state in memory, for tests
	"gocloud.dev/gcerrors"
)

// keptScheme is the URL scheme under which the state backend finds buckets that are opened once: files, and memory.
// The backend itself has to be new for each operation, for each of them has one lock of its own. Other stores are
// opened by the library, which knows their credentials.
const keptScheme = "kept"

// keptBuckets lends a bucket to every operation.
type keptBuckets struct {
	mu      sync.Mutex
	buckets map[string]*blob.Bucket
}

var kept = &keptBuckets{buckets: map[string]*blob.Bucket{}}

func init() {
	blob.DefaultURLMux().RegisterBucket(keptScheme, kept)
}

// keptURL gives the URL under which the backend finds the bucket of a backend's URL.
func keptURL(ctx context.Context, backendURL string) (string, error) {
	var bucket *blob.Bucket
	var err error
	switch scheme, rest, _ := strings.Cut(backendURL, "://"); scheme {
	case "file":
		bucket, err = openFolder(ctx, strings.Split(rest, "?")[0])
	case "mem":
		bucket, err = blob.OpenBucket(ctx, backendURL)
	default:
		return backendURL, nil
	}
	if err != nil {
		return "", err
	}
	kept.mu.Lock()
	defer kept.mu.Unlock()
	name := strconv.Itoa(len(kept.buckets))
	kept.buckets[name] = bucket
	return keptScheme + "://" + name, nil
}

// OpenBucketURL implements blob.BucketURLOpener.
func (k *keptBuckets) OpenBucketURL(_ context.Context, u *url.URL) (*blob.Bucket, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if bucket, ok := k.buckets[u.Host]; ok {
		return bucket, nil
	}
	return nil, errors.New("no such bucket is kept")
}

func openFolder(ctx context.Context, path string) (*blob.Bucket, error) {
	if !filepath.IsAbs(path) {
		return nil, errors.New("the path of PULUMI_BACKEND_URL is not absolute")
	}
	// Temporary files beside the state, so that renaming them stays on one file system; and no second file with the
	// attributes of each, which nobody reads.
	files, err := blob.OpenBucket(ctx, "file://"+filepath.ToSlash(path)+"?no_tmp_dir=true&metadata=skip")
	if err != nil {
		return nil, err
	}
	return blob.NewBucket(&folder{files, path}), nil
}

// folder is a bucket of files that looks for one stack's state without reading the names of all stacks. The library
// asks for a state by listing the names that begin with stack.json, and a listing of files reads the whole folder.
type folder struct {
	files *blob.Bucket
	path  string
}

// variants are the names a state may have.
var variants = []string{"", ".gz", ".zst"}

func (f *folder) ListPaged(ctx context.Context, opts *driver.ListOptions) (*driver.ListPage, error) {
	page := &driver.ListPage{}
	if strings.HasSuffix(opts.Prefix, ".json") {
		for _, variant := range variants {
			attributes, err := f.files.Attributes(ctx, opts.Prefix+variant)
			if gcerrors.Code(err) == gcerrors.NotFound {
				continue
			}
			if err != nil {
				return nil, err
			}
			page.Objects = append(page.Objects, &driver.ListObject{
				Key: opts.Prefix + variant, ModTime: attributes.ModTime, Size: attributes.Size,
			})
		}
		return page, nil
	}
	objects, failed := f.files.List(&blob.ListOptions{Prefix: opts.Prefix, Delimiter: opts.Delimiter}).All(ctx)
	for object := range objects {
		if unfinished.MatchString(object.Key) {
			// What a process that was killed has left would be read as a lock, and fail every run of the stack.
			if time.Since(object.ModTime) > longestWrite {
				_ = f.files.Delete(ctx, object.Key)
			}
			continue
		}
		page.Objects = append(page.Objects, &driver.ListObject{
			Key: object.Key, ModTime: object.ModTime, Size: object.Size, IsDir: object.IsDir,
		})
	}
	return page, failed()
}

// unfinished is the name that a file has until it is written to its end.
var unfinished = regexp.MustCompile(`\.json(\.gz|\.zst|\.bak)?\.[0-9a-f]+\.tmp$`)

// longestWrite is how long the writing of a file takes at most.
const longestWrite = time.Minute

func (f *folder) Attributes(ctx context.Context, key string) (*driver.Attributes, error) {
	attributes, err := f.files.Attributes(ctx, key)
	if err != nil {
		return nil, err
	}
	return &driver.Attributes{
		ContentType: attributes.ContentType, ModTime: attributes.ModTime, Size: attributes.Size, ETag: attributes.ETag,
	}, nil
}

func (f *folder) NewRangeReader(
	ctx context.Context, key string, offset, length int64, _ *driver.ReaderOptions,
) (driver.Reader, error) {
	reader, err := f.files.NewRangeReader(ctx, key, offset, length, nil)
	if err != nil {
		return nil, err
	}
	return fileReader{reader}, nil
}

func (f *folder) SignedURL(ctx context.Context, key string, _ *driver.SignedURLOptions) (string, error) {
	return f.files.SignedURL(ctx, key, nil)
}

func (f *folder) Close() error                           { return f.files.Close() }
func (f *folder) ErrorCode(err error) gcerrors.ErrorCode { return gcerrors.Code(err) }
func (f *folder) As(any) bool                            { return false }
func (f *folder) ErrorAs(err error, target any) bool     { return f.files.ErrorAs(err, target) }

type fileReader struct{ *blob.Reader }

func (r fileReader) Attributes() *driver.ReaderAttributes {
	return &driver.ReaderAttributes{ContentType: r.ContentType(), ModTime: r.ModTime(), Size: r.Size()}
}

func (r fileReader) As(any) bool { return false }
