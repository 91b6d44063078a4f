package reverseproxy

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

// caddyMain is the configuration around the shipped one, which is for a Caddy that has
// the machine to itself.
const caddyMain = `{
	admin off
	default_bind 127.0.0.1
	storage file_system %[1]s/storage
}
import %[1]s/pawl.Caddyfile
`

var caddyExample = regexp.MustCompile(`(?m)^(\s*)#(\S.*/pawl\b.*\{|\t\w.*|\})$`)

// configureCaddy leaves the addresses to the variables of the shipped Caddyfile.
func (p *Proxy) configureCaddy(binary string) error {
	shipped, err := p.shipped("Caddyfile")
	if err != nil {
		return err
	}
	if len(caddyExample.FindAllString(shipped, -1)) < 4 {
		return errors.New("the Caddyfile has no example of a path where it is looked for")
	}
	if _, err := p.write("pawl.Caddyfile", caddyExample.ReplaceAllString(shipped, "$1$2")); err != nil {
		return err
	}
	main, err := p.write("Caddyfile", fmt.Sprintf(caddyMain, p.dir()))
	if err != nil {
		return err
	}
	p.Command = func() *exec.Cmd {
		cmd := exec.Command(binary, "run", "--adapter", "caddyfile", "--config", main)
		cmd.Dir = p.dir()
		cmd.Env = append(os.Environ(), "HOME="+p.dir(), "XDG_DATA_HOME="+p.dir(), "XDG_CONFIG_HOME="+p.dir(),
			"PAWL_SITE=http://"+p.config.Address, "PAWL_INSTANCES="+strings.Join(p.config.Instances, " "))
		return cmd
	}
	return nil
}
