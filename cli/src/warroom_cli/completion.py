"""Completion scripts, made from the commands themselves."""

import argparse

_BASH = """\
_warroom() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [ "${{COMP_WORDS[i]}}" = -- ]; then
      if declare -F _command_offset >/dev/null; then _command_offset $((i + 1))
      else COMPREPLY=($(compgen -c -f -- "$word")); fi
      return
    fi
  done
  case "$before" in
{choices}
  esac
  case "${{COMP_WORDS[1]}}" in
{options}
    *) COMPREPLY=($(compgen -W "{names}" -- "$word")) ;;
  esac
}}
complete -o default -F _warroom warroom
"""

_ZSH = """\
#compdef warroom
autoload -U +X bashcompinit && bashcompinit
{bash}"""


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """The script of ``bash``, ``zsh`` or ``fish``."""
    commands = _commands(parser)
    if shell == "fish":
        return _fish(commands)
    choices = {
        name: action.choices
        for command in commands.values()
        for action in command._actions
        for name in action.option_strings
        if action.choices
    }
    bash = _BASH.format(
        names=" ".join(commands),
        choices="\n".join(
            f'    {name}) COMPREPLY=($(compgen -W "{" ".join(words)}" -- "$word")); return ;;'
            for name, words in choices.items()
        ),
        options="\n".join(
            f'    {name}) COMPREPLY=($(compgen -W "{" ".join(_options(command))}" -- "$word")) ;;'
            for name, command in commands.items()
        ),
    )
    return _ZSH.format(bash=bash) if shell == "zsh" else bash


def _fish(commands: dict[str, argparse.ArgumentParser]) -> str:
    lines = ["complete -c warroom -f"]
    for name, command in commands.items():
        about = (command.description or "").replace("'", "’")
        lines.append(f"complete -c warroom -n __fish_use_subcommand -a {name} -d '{about}'")
        here = f"complete -c warroom -n '__fish_seen_subcommand_from {name}'"
        for action in command._actions:
            words = " ".join(map(str, action.choices or ()))
            for option in action.option_strings:
                if option.startswith("--"):
                    takes = f" -x -a '{words}'" if words else " -r" if action.nargs != 0 else ""
                    lines.append(f"{here} -l {option[2:]}{takes} -d '{action.help}'")
            if not action.option_strings and words:
                lines.append(f"{here} -a '{words}'")
    return "\n".join(lines) + "\n"


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _options(command: argparse.ArgumentParser) -> list[str]:
    """What can follow the command: its options, and names that it knows."""
    words: list[str] = []
    for action in command._actions:
        words += [option for option in action.option_strings if option.startswith("--")]
        if not action.option_strings and action.choices:
            words += map(str, action.choices)
    return words
