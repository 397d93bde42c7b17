// The Kubernetes provider of Pulumi, as a plugin binary.
//
// The published main package embeds a generated schema that is not part of the Go module. The schema
// serves code generation only, so the engine runs the same provider with an empty one.
package main

import (
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

func main() {
	provider.Serve("kubernetes", version.Version, []byte("{}"), []byte("{}"))
}
