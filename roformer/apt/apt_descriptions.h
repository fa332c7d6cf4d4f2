// The default text: the English package descriptions of apt's lists, about 33 MB of prose within
// reach of every Debian and Ubuntu machine. And pairs of languages, joined on Description-md5, the
// hash of the English description that both translate.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "roformer/apt/apt_lists.h"
#include "roformer/documents/documents.h"
#include "roformer/documents/pair_source.h"

namespace roformer::apt {

/// One document a package: the paragraphs of its long description. A paragraph that stood in an
/// earlier description is dropped (the packages of one source share most of their text), and a
/// package that has no other.
std::unique_ptr<documents::ParagraphSource> open_apt_descriptions(
    std::vector<std::filesystem::path> lists);

/// Lists of one language, as find_apt_lists gives them.
struct AptSide {
  std::string language;
  std::vector<std::filesystem::path> lists;
};

/// The short descriptions as pairs, and the paragraphs of the long ones where both sides have the
/// same number of them. A pair that came before, and one whose sides are equal (not translated
/// yet), is left out. A pair's line is the number of its description in the source's lists.
std::unique_ptr<documents::PairSource> open_apt_pairs(AptSide source, const AptSide& target);

}  // namespace roformer::apt
