package main

import (
	"context"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// program is the language runtime at the address of a request.
type program struct {
	pulumirpc.LanguageRuntimeClient
	// log is where the program sends its messages. A program that was not started by the engine does not know.
	log string
}

func (p program) Run(
	ctx context.Context, request *pulumirpc.RunRequest, opts ...grpc.CallOption,
) (*pulumirpc.RunResponse, error) {
	request.Args = []string{p.log}
	return p.LanguageRuntimeClient.Run(ctx, request, opts...)
}

// noProgram is the language runtime of a refresh or a destruction, which run no program: it answers what the library
// asks of the project's language all the same, so that no language plugin is loaded for that.
type noProgram struct {
	pulumirpc.LanguageRuntimeClient
}

func (noProgram) GetPluginInfo(
	context.Context, *emptypb.Empty, ...grpc.CallOption,
) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{}, nil
}

func (noProgram) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest, ...grpc.CallOption,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

func (noProgram) Cancel(context.Context, *emptypb.Empty, ...grpc.CallOption) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}
