// Apt's lists of package descriptions: those of this machine, or fetched. Format: deb822 stanzas,
// https://wiki.debian.org/DebianRepository/Format (Translation).
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/documents/text_files.h"

namespace roformer::apt {

/// The Translation-`language` lists of this machine for each language, in order; where it lacks one
/// of them, those in `folder`, fetched by `apt-get update` if need be. Throws Error that names the
/// way out, `remedy`, if they cannot be had.
std::vector<std::vector<std::filesystem::path>> find_apt_lists(
    const std::filesystem::path& folder, const std::vector<std::string>& languages,
    std::string_view remedy);

/// The Translation files of a language in one folder, sorted.
std::vector<std::filesystem::path> apt_lists_in(const std::filesystem::path& folder,
                                                std::string_view language = "en");

/// One package's description in one language.
struct AptDescription {
  std::string md5;                      // of the English one, in every language
  std::string synopsis;                 // the short description
  std::vector<std::string> paragraphs;  // of the long one, wrapped lines joined by a space
};

/// The descriptions of lists, in their order and in constant memory.
class AptDescriptionReader {
 public:
  AptDescriptionReader(std::vector<std::filesystem::path> lists, std::string_view language);
  /// False at the end of the lists.
  bool next(AptDescription& description);
  /// Bytes on disk in all, and consumed so far.
  std::int64_t total() const { return lists_.total(); }
  std::int64_t consumed() const { return lists_.consumed(); }

 private:
  bool next_line();
  void add_line(AptDescription& description);

  documents::LineFiles lists_;
  std::string field_;  // "Description-en:"
  std::string line_;
  std::string md5_;          // of the stanza that is being read
  bool at_field_ = false;    // line_ begins a description
  bool joins_last_ = false;  // the next line belongs to the last paragraph
};

}  // namespace roformer::apt
