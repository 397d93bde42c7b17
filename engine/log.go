package main

import (
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
)

// logger writes JSON, a line each, to the error output. It is told no inputs, outputs or settings of a stack.
var logger = slog.New(slog.NewJSONHandler(os.Stderr, nil))

func logPanic(panicked any) {
	logger.Error("panic", "value", fmt.Sprint(panicked), "stack", string(debug.Stack()))
}
