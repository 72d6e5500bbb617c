#compdef highwire
# Completes highwire in zsh: source <(highwire completions zsh), after compinit.
_highwire() {
    local line about
    local -a names
    for line in "${(@f)$("$words[1]" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        [[ -n $line ]] || continue
        about=''
        [[ $line == *$'\t'* ]] && about=":${line#*$'\t'}"
        names+=("${${line%%$'\t'*}//:/\\:}$about")
    done
    if (( $#names )); then
        _describe highwire names
    else
        _files
    fi
}
# Sourced, it registers itself; as a file of $fpath, it is called.
if [[ $funcstack[1] == _highwire ]]; then
    _highwire "$@"
else
    compdef _highwire highwire
fi
