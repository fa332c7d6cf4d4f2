// Sentences of words with a tag each, in the columns of CoNLL's shared tasks.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/labelled/label_set.h"

namespace roformer::labelled {

/// Columns from 1.
struct TagColumns {
  std::int64_t word = 1;
  std::int64_t tag = 0;  // 0: the last one
};

struct TaggedSentence {
  std::vector<std::string> words, tags;  // as many
  std::int32_t file = 0;                 // number in TaggedText::files
  std::int64_t line = 0;                 // of the first word; the others follow line by line
};

/// Tags that are counted, and where the first stands.
struct OddTags {
  std::int64_t count = 0;
  std::string first = {};  // "FILE:LINE"
};

struct TaggedText {
  std::vector<std::string> files;
  std::vector<TaggedSentence> sentences;
  std::int64_t document_starts = 0;  // -DOCSTART- lines, which are left out
  // I-X, and E-X of IOBES, that go on with nothing of their kind: seen often in IOB1, where B- is
  // only between neighbours, and in IOB2 a slip of who tagged.
  OddTags odd_prefixes;

  /// "FILE:LINE" of a word.
  std::string place(const TaggedSentence& sentence, std::size_t word) const;
};

/// The sentences of files, one after another. Blank lines end a sentence. Columns are separated by
/// tabs in a line that has one (a word may have spaces there), else by spaces. Where the tag is the
/// last column, each line must have as many columns as the file's first, since another would be
/// taken for it unseen. Throws Error naming file and line for a line with too few columns, an empty
/// word or tag, and a file without a sentence.
TaggedText read_tagged_words(const std::vector<std::filesystem::path>& files,
                             const TagColumns& columns = {});

/// The tags that occur, as LabelSet orders them. Throws Error for one tag alone.
LabelSet find_tags(const TaggedText& training);

/// The number of each word's tag, a list a sentence. Throws Error naming file and line for a tag
/// outside the set.
std::vector<std::vector<std::int64_t>> tag_numbers(const TaggedText& text, const LabelSet& tags);

}  // namespace roformer::labelled
