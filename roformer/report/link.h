// Links from a report to files beside it, relative: a folder with its report can move.
#pragma once
#include <filesystem>
#include <string>

namespace roformer::report {

/// What a page links to.
struct Link {
  std::string text;
  std::filesystem::path target;  // as seen from the page's folder
};

/// The path as a relative reference (RFC 3986): whatever is no letter, digit or -._~/ becomes %XX,
/// so that no name can be read as a scheme, a query or an attribute's end.
std::string relative_url(const std::filesystem::path& target);

/// An <a> element.
std::string html_link(const Link& link);

}  // namespace roformer::report
