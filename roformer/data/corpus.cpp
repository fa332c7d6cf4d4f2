#include "roformer/data/corpus.h"

#include <numeric>

#include "roformer/apt/apt_descriptions.h"
#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/file_lock.h"
#include "roformer/base/hash.h"
#include "roformer/base/log.h"
#include "roformer/base/progress.h"
#include "roformer/base/random.h"
#include "roformer/data/document_parts.h"
#include "roformer/data/pair_documents.h"
#include "roformer/documents/text_files.h"
#include "roformer/text/wordpiece_tokenizer.h"
#include "roformer/vocabulary/train_wordpiece.h"

namespace roformer::data {

std::unique_ptr<documents::ParagraphSource> TextSelection::open() const {
  return apt ? apt::open_apt_descriptions(files)
             : documents::open_text_files(files, rule, block_size);
}

TextSelection select_text(const DataOptions& options, Split split) {
  TextSelection selection{false, {}, options.document, options.block_size};
  const auto& names = options.files_of(split);
  selection.apt = names.size() == 1 && names[0] == "apt" && !std::filesystem::exists("apt");
  selection.files =
      selection.apt ? apt::find_apt_lists(
                          options.cache / "apt", {"en"},
                          fmt::format("name text of your own: --set {}=FILES", files_key(split)))
                          .front()
                    : documents::find_text_files(names, files_key(split));
  return selection;
}

namespace {

namespace fs = std::filesystem;
using base::require;

// Part of every key: raise it when documents, vocabularies or the cache change their meaning.
constexpr std::uint64_t corpus_version = 2;

// Changes with the files (path, size, time of change) and with how they become documents.
std::uint64_t text_key(const TextSelection& selection, std::int64_t max_documents) {
  return base::hash_bytes(fmt::format("{} {} {} {} {}{}", corpus_version, selection.apt,
                                      static_cast<int>(selection.rule), selection.block_size,
                                      max_documents, documents::describe_files(selection.files)));
}

// As many documents as there are, or as tell their parts.
std::int64_t count_documents(const DataOptions& options, const TextSelection& selection) {
  const std::int64_t enough = DocumentParts::telling_count(options);
  const std::int64_t most =
      options.max_documents > 0 ? std::min(options.max_documents, enough) : enough;
  std::int64_t count = 0;
  const auto paragraphs = selection.open();
  for (documents::Paragraph paragraph; count < most && paragraphs->next(paragraph);)
    count = std::min(most, paragraph.document + 1);
  return count;
}

text::Tokenizer train_tokenizer(const DataOptions& options, const TextSelection& selection) {
  spdlog::info("training a vocabulary of {} tokens", options.vocab_size);
  vocabulary::WordPieceTrainerOptions trainer;
  trainer.vocabulary_size = static_cast<std::int32_t>(options.vocab_size);
  trainer.normalizer.lowercase = options.lower_case;
  const DocumentParts parts(options, count_documents(options, selection));
  const auto paragraphs = selection.open();
  trainer.expected_bytes = paragraphs->total();
  documents::Paragraph paragraph;
  const auto next_training_paragraph = [&](std::string& text) {
    while (paragraphs->next(paragraph)) {
      if (options.max_documents > 0 && paragraph.document >= options.max_documents) return false;
      if (parts.of(paragraph.document) != Split::training) continue;
      text.swap(paragraph.text);
      return true;
    }
    return false;
  };
  return text::wordpiece_tokenizer(vocabulary::train_wordpiece(next_training_paragraph, trainer),
                                   {.normalizer = trainer.normalizer});
}

// The given vocabulary, or one trained on the training documents and kept in the cache.
text::Tokenizer find_tokenizer(const DataOptions& options, const TextSelection& selection,
                               std::uint64_t key) {
  if (!options.vocabulary.empty()) return text::Tokenizer::load(options.vocabulary);
  const auto description =
      fmt::format("{} {} {} {} {}", options.vocab_size, options.lower_case, options.split_seed,
                  options.share_of(Split::validation), options.share_of(Split::test));
  const fs::path folder =
      options.cache / fmt::format("vocabulary-{:016x}", base::hash_bytes(description, key));
  return text::load_or_train(folder, [&] { return train_tokenizer(options, selection); });
}

// The tokens of a text, from the cache where they are there; the first `max_documents`, 0: all.
std::shared_ptr<const TokenCache> find_tokens(const DataOptions& options,
                                              const TextSelection& selection,
                                              const text::Tokenizer& tokenizer,
                                              std::int64_t max_documents, int threads) {
  const std::uint64_t key =
      base::derive(text_key(selection, max_documents), tokenizer.fingerprint());
  const fs::path path = options.cache / fmt::format("tokens-{:016x}", key);
  try {
    if (fs::exists(path)) return std::make_shared<const TokenCache>(path, key);
  } catch (const Error& error) {
    spdlog::warn("{}; making it again", error.what());
  }
  const auto encode_words = [&](std::string_view text, std::vector<std::int32_t>& ids) {
    tokenizer.encode_words(text, ids);
  };
  const Encode encode = selection.rule == documents::DocumentRule::pair
                            ? encode_pairs(encode_words, tokenizer.end_id())
                            : encode_words;
  const auto paragraphs = selection.open();
  write_token_cache(path, key, *paragraphs, encode, tokenizer.vocabulary_size(), max_documents,
                    threads);
  return std::make_shared<const TokenCache>(path, key);
}

}  // namespace

const char* split_name(Split split) {
  constexpr const char* names[] = {"training", "validation", "test"};
  return names[static_cast<std::size_t>(split)];
}

std::string advice_for_more_documents(const DataOptions& options) {
  using documents::DocumentRule;
  std::string advice = "give more text";
  if (options.max_documents > 0) advice += ", a larger data.max_documents";
  if (options.document == DocumentRule::block)
    advice += fmt::format(", a data.block_size below {}", options.block_size);
  if (options.document == DocumentRule::file)
    advice += ", or data.document = \"block\" or \"line\", which make several of a file";
  if (options.document == DocumentRule::block)
    advice += ", or data.document = \"line\", which makes a document of each line";
  return advice;
}

Corpus::Corpus(const DataOptions& options, int threads) : options_(options) {
  if (options_.cache.empty()) options_.cache = base::default_cache_folder();
  const TextSelection selection = select_text(options_);
  const base::FileLock lock = base::lock_folder(options_.cache, "data.cache");
  tokenizer_ = find_tokenizer(options_, selection, text_key(selection, options_.max_documents));
  const auto tokens =
      find_tokens(options_, selection, *tokenizer_, options_.max_documents, threads);
  for (const Split split : {Split::training, Split::validation, Split::test}) {
    const bool has_own = split != Split::training && !options_.files_of(split).empty();
    part(split).tokens =
        has_own ? find_tokens(options_, select_text(options_, split), *tokenizer_, 0, threads)
                : tokens;
  }
  split_documents();
}

void Corpus::split_documents() {
  const TokenCache& tokens = this->tokens();
  const DocumentParts parts(options_, tokens.num_documents());
  for (std::int64_t document = 0; document < tokens.num_documents(); ++document)
    if (tokens.document_length(document) > 0)
      part(parts.of(document)).documents.push_back(document);
  for (const Split split : {Split::validation, Split::test}) {
    if (parts.lacks(split))
      spdlog::warn("{}, none left for {}: {}",
                   tokens.num_documents() == 1
                       ? "one document"
                       : fmt::format("{} documents", tokens.num_documents()),
                   split_name(split), advice_for_more_documents(options_));
    const TokenCache& own = this->tokens(split);
    for (std::int64_t document = 0; &own != &tokens && document < own.num_documents(); ++document)
      if (own.document_length(document) > 0) part(split).documents.push_back(document);
  }
  require(!documents(Split::training).empty(),
          "[data] expected documents to train on but all {} are held out (data.validation_share = "
          "{}, data.test_share = {}): {}",
          tokens.num_documents(), options_.share_of(Split::validation),
          options_.share_of(Split::test), advice_for_more_documents(options_));
}

std::int64_t Corpus::num_tokens(Split split) const {
  const auto& part = documents(split);
  return std::accumulate(part.begin(), part.end(), std::int64_t{0},
                         [&](std::int64_t sum, std::int64_t document) {
                           return sum + tokens(split).document_length(document);
                         });
}

void Corpus::for_each_document(
    Split split, const std::function<void(std::span<const std::int32_t>)>& use) const {
  for (const std::int64_t document : documents(split)) use(tokens(split).document(document));
}

std::string Corpus::part_in_words(Split split) const {
  const std::int64_t count = std::ssize(documents(split));
  if (!options_.files_of(split).empty())
    return fmt::format("{} more for {}", base::format_count(count), split_name(split));
  return fmt::format(
      "{:.0f} % for {}",
      100.0 * static_cast<double>(count) / static_cast<double>(tokens().num_documents()),
      split_name(split));
}

std::string Corpus::summary() const {
  return fmt::format("{:.1f} M tokens in {} documents, {}, {}, {} words in the vocabulary",
                     static_cast<double>(tokens().num_tokens()) * 1e-6,
                     base::format_count(tokens().num_documents()), part_in_words(Split::validation),
                     part_in_words(Split::test), base::format_count(tokenizer_->vocabulary_size()));
}

}  // namespace roformer::data
