# Doxygen's view of a header. The comment at its head describes the file; a comment behind a member, or on the lines that
# carry it on, describes the member; one above several functions describes them all. Comments are plain text with `code`: no
# commands, no HTML.
function escaped(text) {
  gsub(/\\/, "\\\\\\\\", text)
  gsub(/[<>#@&]/, "\\\\&", text)
  gsub(/\*/, "\\&lowast;", text)
  return text
}
function plain(text,    parts, count, i, part, out) {
  count = split(text, parts, "`")
  for (i = 1; i <= count; ++i) {
    # An even part stands between backticks, unless the span ends on another line.
    part = escaped(parts[i])
    # Doxygen ends the first sentence at a dot before anything but a letter, within <code> too, and then misses its end.
    if (i % 2 == 0 && i < count && parts[i] !~ /\.([^a-zA-Z0-9]|$)/) part = "<code>" part "</code>"
    out = out part
  }
  return out
}
function comment(pattern, mark) {
  match($0, pattern)
  return substr($0, 1, RSTART - 1) mark plain(substr($0, RSTART + RLENGTH))
}
FNR == 1 { head = 1; if (/^\/\/ /) print "/// \\file" }
head && /^\/\// { print comment("^// ?", "/// "); next }
{ head = 0 }
/^ *\/\/\// {
  behind = 0
  if (!in_doc) doc = ""
  in_doc = 1
  line = comment("///", "///")
  doc = doc line "\n"
  print line
  next
}
behind && /^        +\/\/ / { print comment("//", "///<"); next }
{ behind = 0 }
# A function that follows a documented one without a gap shares its comment.
!in_doc && !continued && doc != "" && /^ *[A-Za-z].*\(/ { printf "%s", doc }
!continued && !/\(|^ *template/ { doc = "" }
/\{ *$|^ *$/ { doc = "" }
{
  in_doc = 0
  continued = !/[;}{:] *(\/\/.*)?$/ && !/^ *$|^ *#/
}
/[;,{a-z0-9_] +\/\/ [^ ]/ && !/^ *\/\// { print comment(" // ", " ///< "); behind = 1; next }
{ print }
