#include "roformer/report/link.h"

#include <fmt/format.h>

#include <string_view>

#include "roformer/report/page.h"

namespace roformer::report {
namespace {

bool stays(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') || std::string_view("-._~/").find(c) != std::string::npos;
}

}  // namespace

std::string relative_url(const std::filesystem::path& target) {
  std::string url = "./";  // a name that begins with // is no host
  for (const char c : target.string())
    url += stays(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return url;
}

std::string html_link(const Link& link) {
  return fmt::format("<a href=\"{}\">{}</a>", relative_url(link.target), escape_html(link.text));
}

}  // namespace roformer::report
