package main

import (
	"errors"
	"os"
	"sync"

	"github.com/pulumi/pulumi/pkg/v3/secrets/passphrase"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// salt is what the passphrase is stretched with for the stacks that this process creates. The CLI makes one for each
// stack, and pays a tenth of a second of computing for each. The library remembers the key of a salt, so that one
// for all is paid once; stacks made elsewhere keep theirs.
type salt struct {
	mu    sync.Mutex
	state string
}

// prepare writes the settings of a stack that is about to be created, unless there are some.
func (s *salt) prepare(p *project) error {
	if _, err := os.Stat(p.settingsFile()); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	settings := workspace.ProjectStack{EncryptionSalt: s.state}
	if s.state == "" {
		if _, err := passphrase.NewPromptingPassphraseSecretsManager(&settings, false); err != nil {
			return err
		}
		s.state = settings.EncryptionSalt
	}
	return settings.Save(p.settingsFile())
}
