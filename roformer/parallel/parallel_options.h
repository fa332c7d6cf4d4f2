// The section [data] of a translation recipe: which pairs of lines, what is held out, and how they
// become tokens.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

#include "roformer/base/toml_table.h"

namespace roformer::parallel {

/// What each member means stands in its entry below.
struct ParallelOptions {
  // Training text: files of lines on both sides, or apt's package descriptions; and TSV files.
  std::vector<std::string> source = {"apt"};
  std::vector<std::string> target;
  std::vector<std::string> pairs;
  bool reverse = false;
  std::string source_language = "en";
  std::string target_language = "de";

  // Held out: files of lines, or shares of the training pairs by a hash of the source sentence.
  std::vector<std::string> validation_source, validation_target;
  std::vector<std::string> test_source, test_target;
  double validation_share = 0.02;
  double test_share = 0.02;
  std::uint64_t split_seed = 0;

  std::string vocabulary;
  std::string codes;
  std::int64_t vocab_size = 8000;
  double character_coverage = 1.0;
  std::int64_t vocabulary_threshold = 0;
  bool lower_case = false;

  std::int64_t max_length = 250;
  double max_ratio = 0;
  std::int64_t max_pairs = 0;
  std::filesystem::path cache;

  bool is_apt() const;
};

/// Reads [data] of a translation recipe. Throws Error naming the key that is unknown, without
/// effect beside the others, or whose value is out of range.
ParallelOptions read_parallel_options(const base::TomlTable& table);

/// visit(base::Option, value) for each key, in the order of reading. Lists of files and `codes`
/// that are empty are as if they were not there.
template <typename Options, typename Visit>
void for_each_option(Options& o, const Visit& visit) {
  using base::Option, base::at_least, base::between;
  visit(Option{"pairs", "files of \"source TAB target\" lines"}, o.pairs);
  const char* reverse = o.pairs.empty()
                            ? "expected it only with data.pairs; swap source and target, or "
                              "source_language and target_language of apt's descriptions"
                            : nullptr;
  visit(Option{"reverse", "of pairs: the target stands first", {}, {}, reverse}, o.reverse);
  visit(Option{"source", "files, or apt; line i of the n-th translates to"}, o.source);
  visit(Option{"target", "line i of the n-th here"}, o.target);
  visit(Option{"source_language", "of apt; noted in the tokenizer's files"}, o.source_language);
  visit(Option{"target_language", "likewise"}, o.target_language);
  const auto held_out = [&](const char* source_key, auto& source, const char* target_key,
                            auto& target, const char* share_key, auto& share) {
    visit(Option{source_key, "files of lines that are held out"}, source);
    visit(Option{target_key, "their translations"}, target);
    const char* either =
        source.empty() ? nullptr : "expected a share or files to hold out, not both";
    const char* about = "of the training pairs, held out by a hash of the source sentence";
    visit(Option{share_key, about, between(0, 0.49), {}, either}, share);
  };
  held_out("validation_source", o.validation_source, "validation_target", o.validation_target,
           "validation_share", o.validation_share);
  held_out("test_source", o.test_source, "test_target", o.test_target, "test_share", o.test_share);
  visit(Option{"split_seed", "of the hash"}, o.split_seed);
  const char* vocabulary =
      "folder, SentencePiece .model; with codes: \"unit count\" lines; empty: trained on the pairs";
  visit(Option{"vocabulary", vocabulary}, o.vocabulary);
  visit(Option{"codes", "subword-nmt's; the text is tokenised already"}, o.codes);
  const char* threshold = o.codes.empty() || o.vocabulary.empty()
                              ? "expected it only with data.codes and data.vocabulary"
                              : nullptr;
  visit(Option{"vocabulary_threshold", "units below this count are cut further", {}, {}, threshold},
        o.vocabulary_threshold);
  const char* trained = o.codes.empty() && o.vocabulary.empty()
                            ? nullptr
                            : "expected it only where a vocabulary is trained, without "
                              "data.vocabulary and data.codes";
  const char* size = "of a trained vocabulary, </s>, <unk> and <pad> included";
  visit(Option{"vocab_size", size, between(16, 1 << 24), {}, trained}, o.vocab_size);
  const char* coverage = "share of the text whose characters get a piece when training";
  const base::Range share{.least = 0, .most = 1, .without_least = true};
  visit(Option{"character_coverage", coverage, share, {}, trained}, o.character_coverage);
  visit(Option{"lower_case", "of the text, both sides"}, o.lower_case);
  const char* length = "tokens a side without </s>; longer pairs are skipped";
  visit(Option{"max_length", length, at_least(1)}, o.max_length);
  const char* ratio = "of the longer side to the shorter in tokens, 1 or more; 0: any";
  visit(Option{"max_ratio", ratio, at_least(0)}, o.max_ratio);
  visit(Option{"max_pairs", "the first so many to learn from; 0: all", at_least(0)}, o.max_pairs);
  std::string cache = o.cache.string();
  visit(Option{"cache", "folder of trained vocabularies and apt's lists"}, cache);
  if constexpr (!std::is_const_v<Options>) o.cache = cache;
}

/// The options that name files, for who looks for them beside the recipe: visit(list of names).
template <typename Visit>
void for_each_file_list(ParallelOptions& o, const Visit& visit) {
  for (auto* files : {&o.source, &o.target, &o.pairs, &o.validation_source, &o.validation_target,
                      &o.test_source, &o.test_target})
    visit(*files);
}

}  // namespace roformer::parallel
