#compdef highwire
# Completes highwire in zsh: source <(highwire completions zsh), after compinit.
_highwire() {
    local line
    local -a lines names
    lines=("${(@f)$("$words[1]" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    for line in $lines; do
        names+=("${${line%%$'\t'*}//:/\\:}:${${line#*$'\t'}//:/\\:}")
    done
    if (( $#names )); then
        _describe highwire names
    else
        _files
    fi
}
compdef _highwire highwire
