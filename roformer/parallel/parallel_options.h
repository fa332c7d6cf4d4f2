// The section [data] of a translation recipe: which pairs of lines, what is held out, and how they
// become tokens.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/base/toml_table.h"

namespace roformer::parallel {

struct ParallelOptions {
  // Training text: files of lines on both sides, or apt's package descriptions; and TSV files.
  std::vector<std::string> source = {"apt"};  // files; line i of the n-th translates to
  std::vector<std::string> target;            // line i of the n-th here
  std::vector<std::string> pairs;             // files of "source TAB target" lines
  bool reverse = false;                       // of pairs: the target stands first
  std::string source_language = "en";         // of apt; noted in the tokenizer's files
  std::string target_language = "de";

  // Held out: files of lines, or shares of the training pairs by a hash of the source sentence.
  std::vector<std::string> validation_source, validation_target;
  std::vector<std::string> test_source, test_target;
  double validation_share = 0.02;
  double test_share = 0.02;
  std::uint64_t split_seed = 0;

  std::string vocabulary;           // folder, SentencePiece .model; with codes: "unit count" lines;
                                    // empty: trained on the training pairs
  std::string codes;                // subword-nmt's; the text is tokenised already
  std::int64_t vocab_size = 8000;   // of a trained vocabulary, </s>, <unk> and <pad> included
  double character_coverage = 1.0;  // share of the text whose characters get a piece when training
  std::int64_t vocabulary_threshold = 0;  // units of `vocabulary` below this count are cut further
  bool lower_case = false;                // of the text, both sides

  std::int64_t max_length = 250;  // tokens a side without </s>; longer pairs are skipped
  double max_ratio = 0;           // of the longer side to the shorter in tokens; 0: any
  std::int64_t max_pairs = 0;     // the first so many to learn from; 0: all
  std::filesystem::path cache;    // trained vocabularies and apt's lists are kept here

  bool is_apt() const;
};

/// Reads [data] of a translation recipe. Throws Error naming the key that is unknown, without effect
/// beside the others, or whose value is out of range.
ParallelOptions read_parallel_options(const base::TomlTable& table);

/// visit(key, value) for each key that the options are read from, in order; those that would be
/// without effect are left out, so that what is written can be read.
template <typename Visit>
void for_each_option(const ParallelOptions& o, const Visit& visit) {
  if (!o.source.empty()) visit("source", o.source);
  if (!o.target.empty()) visit("target", o.target);
  if (!o.pairs.empty()) {
    visit("pairs", o.pairs);
    visit("reverse", o.reverse);
  }
  visit("source_language", o.source_language);
  visit("target_language", o.target_language);
  if (o.validation_source.empty()) {
    visit("validation_share", o.validation_share);
  } else {
    visit("validation_source", o.validation_source);
    visit("validation_target", o.validation_target);
  }
  if (o.test_source.empty()) {
    visit("test_share", o.test_share);
  } else {
    visit("test_source", o.test_source);
    visit("test_target", o.test_target);
  }
  visit("split_seed", static_cast<std::int64_t>(o.split_seed));
  visit("vocabulary", o.vocabulary);
  if (!o.codes.empty()) {
    visit("codes", o.codes);
    if (!o.vocabulary.empty()) visit("vocabulary_threshold", o.vocabulary_threshold);
  } else if (o.vocabulary.empty()) {
    visit("vocab_size", o.vocab_size);
    visit("character_coverage", o.character_coverage);
  }
  visit("lower_case", o.lower_case);
  visit("max_length", o.max_length);
  visit("max_ratio", o.max_ratio);
  visit("max_pairs", o.max_pairs);
  visit("cache", o.cache.string());
}

/// The options that name files, for who looks for them beside the recipe: visit(list of names).
template <typename Visit>
void for_each_file_list(ParallelOptions& o, const Visit& visit) {
  for (auto* files : {&o.source, &o.target, &o.pairs, &o.validation_source, &o.validation_target,
                      &o.test_source, &o.test_target})
    visit(*files);
}

}  // namespace roformer::parallel
