// The default text: the English package descriptions of apt's lists, about 33 MB of prose within
// reach of every Debian and Ubuntu machine.
#pragma once
#include <filesystem>
#include <memory>
#include <vector>

#include "roformer/apt/apt_lists.h"
#include "roformer/documents/documents.h"

namespace roformer::apt {

/// One document a package: the paragraphs of its long description. A paragraph that stood in an
/// earlier description is dropped (the packages of one source share most of their text), and a
/// package that has no other.
std::unique_ptr<documents::ParagraphSource> open_apt_descriptions(
    std::vector<std::filesystem::path> lists);

}  // namespace roformer::apt
