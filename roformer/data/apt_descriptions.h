// The default text: the English package descriptions of apt's lists, about 33 MB of prose within
// reach of every Debian and Ubuntu machine. Format: deb822 stanzas,
// https://wiki.debian.org/DebianRepository/Format (Translation).
#pragma once
#include <filesystem>
#include <memory>
#include <vector>

#include "roformer/data/documents.h"

namespace roformer::data {

/// The Translation-en lists of this machine; where it has none, those in `folder`, fetched by
/// `apt-get update` if that is empty. Throws Error that names the way out (data.text) if they
/// cannot be had.
std::vector<std::filesystem::path> find_apt_lists(const std::filesystem::path& folder);

/// The Translation-en files in one folder, sorted.
std::vector<std::filesystem::path> apt_lists_in(const std::filesystem::path& folder);

/// One document a package: the paragraphs of its long description. A paragraph that stood in an
/// earlier description is dropped (the packages of one source share most of their text), and a
/// package that has no other.
std::unique_ptr<PieceSource> open_apt_descriptions(std::vector<std::filesystem::path> lists);

}  // namespace roformer::data
