#!/usr/bin/env python3
"""Writes what shells, man and editors show, from what the programs themselves say (--help, --print-schema, --list): completion for bash and zsh,
man pages, a JSON Schema for each kind of config.

usage: scripts/package/help_files.py BIN SHARE
writes SHARE/bash-completion/completions/vrlt-*, SHARE/zsh/site-functions/_vrlt, SHARE/man/man1/*.1, SHARE/man/man5/vrlt-config.5,
SHARE/vrlt/schemas/*.json
"""
import json
import pathlib
import re
import subprocess
import sys

# Program and command -> the name of its config's schema, if it takes one.
COMMANDS = {"vrlt-train": "train", "vrlt-select": "select", "vrlt-eval": "eval", "vrlt-data synth": "synth", "vrlt-data convert": None,
            "vrlt-data check": None, "vrlt-data show": None, "vrlt-data export": None, "vrlt-data merge": None, "vrlt-score": None, "vrlt-report": None, "vrlt-ask": None,
            "vrlt-doctor": None}


def say(bin_folder, command, *arguments):
    program, *rest = command.split()
    return subprocess.run([bin_folder / program, *rest, *arguments], check=True, capture_output=True, text=True).stdout


def flags(help_text):
    """Every --flag of a CLI11 help, with the first line of what it does."""
    found = re.findall(r"^ {2}(?:-\w,)?(--[\w-]+)(?:\{[^}]*\})?(?:[ ,][^\n]*?)?(?:\s{2,}|\n\s+)(\S[^\n]*)", help_text, re.M)
    return dict(found)


def keys(schema, path=""):
    """(key, its schema) of every key that holds a value, in order."""
    for name, value in schema.get("properties", {}).items():
        if "properties" in value:
            yield from keys(value, path + name + ".")
        else:
            yield path + name, value


def choices(value):
    """What a key may be, where that is a list of names."""
    if value.get("type") == "boolean":
        return ["true", "false"]
    alternatives = [value] + value.get("anyOf", [])
    return sorted({c for a in alternatives for c in a.get("enum", [])})


def kind(value):
    types = value.get("type")
    if types is None:
        return "list"
    return types if isinstance(types, str) else types[0] + " or null"


def bash(name, commands, helps, schemas):
    """One file per program; words are data of its commands, the function below is the same everywhere."""
    lines = [f"# bash completion for {name}; made from its --help and --print-schema"]
    cases = []
    for command in commands:
        words = sorted(flags(helps[command]))
        pairs = [(k, choices(v)) for k, v in keys(schemas[COMMANDS[command]])] if COMMANDS[command] else []
        values = " ".join(f"[{k}]='{' '.join(c)}'" for k, c in pairs if c)
        case = command.split()[1] if " " in command else "*"
        cases.append(f"    {case}) flags='{' '.join(words)}' keys='{' '.join(k + '=' for k, _ in pairs)}' values=({values}) ;;")
    sub = [c.split()[1] for c in commands if " " in c]
    function = "_" + name.replace("-", "_")
    lines += [f"{function}() {{", "  local current flags='' keys='' key", "  local -A values=()", "  _get_comp_words_by_ref -n = current 2>/dev/null ||"
              " current=${COMP_WORDS[COMP_CWORD]}"]
    if sub:
        lines += ["  if ((COMP_CWORD == 1)); then", f"    COMPREPLY=($(compgen -W '{' '.join(sub)} --help --version' -- \"$current\"))", "    return", "  fi"]
    lines += ["  case ${COMP_WORDS[1]:-} in", *cases, "  esac",
              "  case $current in",
              "    -*) COMPREPLY=($(compgen -W \"$flags\" -- \"$current\")) ;;",
              "    *=*)", "      key=${current%%=*}",
              "      COMPREPLY=($(compgen -W \"${values[$key]:-}\" -- \"${current#*=}\"))",
              "      ((${#COMPREPLY[@]})) || COMPREPLY=($(compgen -f -- \"${current#*=}\")) ;;",
              "    *)", "      COMPREPLY=($(compgen -W \"$keys\" -- \"$current\") $(compgen -f -- \"$current\"))",
              "      [[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace ;;",
              "  esac", "}", f"complete -o filenames -F {function} {name}", ""]
    return "\n".join(lines)


def zsh(programs, helps, schemas):
    def quoted(text):
        return "'" + text.replace("'", "'\\''") + "'"

    def described(pairs):
        return " ".join(quoted(word.replace(":", "\\:") + ":" + about.replace(":", "\\:")) for word, about in pairs)

    lines = ["#compdef " + " ".join(programs), "# made from --help and --print-schema of each program", "local -a flags keys commands",
             'local command="$service"']
    subs = {}
    for command in COMMANDS:
        if " " in command:
            subs.setdefault(command.split()[0], []).append(command.split()[1])
    for name, commands in subs.items():
        lines += [f"if [[ $service == {name} ]]; then", f"  if ((CURRENT == 2)); then compadd {' '.join(commands)} -- ; return; fi",
                  '  command="$service $words[2]"', "fi"]
    lines.append("case $command in")
    for command, name in COMMANDS.items():
        pairs = [(k + "=", v.get("description", "")) for k, v in keys(schemas[name])] if name else []
        lines.append(f"  {quoted(command)}) flags=({described(flags(helps[command]).items())}) keys=({described(pairs)}) ;;")
    lines += ["esac", "if [[ $PREFIX == -* ]]; then _describe flag flags", "elif [[ $PREFIX == *=* ]]; then compset -P '*='; _files",
              "else _describe -o key keys -S ''; _files; fi", ""]
    return "\n".join(lines)


def roff(text):
    return text.replace("\\", "\\e").replace("-", "\\-").replace("\n.", "\n\\&.")


def config_page(version, schemas):
    out = [f'.TH VRLT\\-CONFIG 5 "" "vrlt {version}" "File formats"', ".SH NAME", "vrlt\\-config \\- keys of the configs of vrlt\\-train, vrlt\\-select, "
           "vrlt\\-eval and vrlt\\-data synth", ".SH DESCRIPTION",
           "A config is YAML and holds what differs from the defaults below; \\fIkey\\fR=\\fIvalue\\fR on the command line overrides it. "
           "\\fB\\-\\-print\\-config\\fR shows the resolved config, \\fB\\-\\-print\\-schema\\fR the JSON Schema."]
    for name, schema in schemas.items():
        out.append(f".SH {schema['title'].upper()}".replace("-", "\\-"))
        for key, value in keys(schema):
            told = kind(value)
            if "default" in value:
                told += ", default " + (json.dumps(value["default"]) or "none")
            bounds = [f"{word} {value[bound]:g}" for bound, word in (("minimum", "at least"), ("maximum", "at most")) if bound in value]
            names = choices(value) if value.get("type") != "boolean" else []
            out += [".TP", f"\\fB{roff(key)}\\fR ({roff(', '.join([told] + bounds))})", roff(value.get("description", ""))]
            if names and len(names) <= 20:
                out.append(f"One of: {roff(', '.join(names))}.")
    return "\n".join(out) + "\n"


def manual(bin_folder, command, description):
    """A page by help2man, if that is here."""
    program, *rest = command.split()
    try:
        done = subprocess.run(["help2man", "--no-info", "--no-discard-stderr", f"--name={description}", bin_folder / program], capture_output=True, text=True)
    except FileNotFoundError:
        return None
    if done.returncode != 0:
        sys.exit(f"help_files.py: help2man {program}: {done.stderr}")
    return done.stdout


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    bin_folder, share = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    helps = {c: say(bin_folder, c, "--help") for c in COMMANDS}
    schemas = {name: json.loads(say(bin_folder, c, "--print-schema")) for c, name in COMMANDS.items() if name}
    programs = list(dict.fromkeys(c.split()[0] for c in COMMANDS))

    def write(path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    for program in programs:
        mine = [c for c in COMMANDS if c.split()[0] == program]
        write(share / "bash-completion/completions" / program, bash(program, mine, helps, schemas))
        about = (helps.get(program) or say(bin_folder, program, "--help")).strip().splitlines()[0].rstrip(".")
        page = manual(bin_folder, program, about[0].lower() + about[1:])
        if page is not None:
            write(share / "man/man1" / f"{program}.1", page)
    write(share / "zsh/site-functions/_vrlt", zsh(programs, helps, schemas))
    version = say(bin_folder, programs[0], "--version").split()[-1]
    write(share / "man/man5/vrlt-config.5", config_page(version, schemas))
    for name, schema in schemas.items():
        write(share / "vrlt/schemas" / f"{name}.json", json.dumps(schema, indent=1) + "\n")


if __name__ == "__main__":
    main()
