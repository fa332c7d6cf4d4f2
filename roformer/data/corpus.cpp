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
#include "roformer/documents/text_files.h"
#include "roformer/text/wordpiece_tokenizer.h"
#include "roformer/vocabulary/train_wordpiece.h"

namespace roformer::data {

std::unique_ptr<documents::ParagraphSource> TextSelection::open() const {
  return apt ? apt::open_apt_descriptions(files)
             : documents::open_text_files(files, rule, block_size);
}

TextSelection select_text(const DataOptions& options) {
  TextSelection selection{false, {}, options.document, options.block_size};
  selection.apt =
      options.text.size() == 1 && options.text[0] == "apt" && !std::filesystem::exists("apt");
  selection.files = selection.apt
                        ? apt::find_apt_lists(options.cache / "apt", {"en"},
                                              "name text of your own: --set data.text=FILES")
                              .front()
                        : documents::find_text_files(options.text);
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

text::Tokenizer train_tokenizer(const DataOptions& options, const TextSelection& selection) {
  spdlog::info("training a vocabulary of {} tokens", options.vocab_size);
  vocabulary::WordPieceTrainerOptions trainer;
  trainer.vocabulary_size = static_cast<std::int32_t>(options.vocab_size);
  trainer.normalizer.lowercase = options.lower_case;
  const auto paragraphs = selection.open();
  trainer.expected_bytes = paragraphs->total();
  documents::Paragraph paragraph;
  const auto next_training_paragraph = [&](std::string& text) {
    while (paragraphs->next(paragraph)) {
      if (options.max_documents > 0 && paragraph.document >= options.max_documents) return false;
      if (is_validation(paragraph.document, options.split_seed, options.validation_share)) continue;
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
  const auto description = fmt::format("{} {} {} {}", options.vocab_size, options.lower_case,
                                       options.split_seed, options.validation_share);
  const fs::path folder =
      options.cache / fmt::format("vocabulary-{:016x}", base::hash_bytes(description, key));
  return text::load_or_train(folder, [&] { return train_tokenizer(options, selection); });
}

std::unique_ptr<TokenCache> open_or_write_cache(const DataOptions& options,
                                                const TextSelection& selection,
                                                const text::Tokenizer& tokenizer, std::uint64_t key,
                                                int threads) {
  const fs::path path = options.cache / fmt::format("tokens-{:016x}", key);
  try {
    if (fs::exists(path)) return std::make_unique<TokenCache>(path, key);
  } catch (const Error& error) {
    spdlog::warn("{}; making it again", error.what());
  }
  const auto encode = [&](std::string_view text, std::vector<std::int32_t>& ids) {
    tokenizer.encode_words(text, ids);
  };
  const auto paragraphs = selection.open();
  write_token_cache(path, key, *paragraphs, encode, tokenizer.vocabulary_size(),
                    options.max_documents, threads);
  return std::make_unique<TokenCache>(path, key);
}

}  // namespace

bool is_validation(std::int64_t document, std::uint64_t split_seed, double validation_share) {
  return base::uniform(base::derive(split_seed, 0x5917), static_cast<std::uint64_t>(document)) <
         validation_share;
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
  const std::uint64_t key = text_key(selection, options_.max_documents);
  tokenizer_ = find_tokenizer(options_, selection, key);
  tokens_ = open_or_write_cache(options_, selection, *tokenizer_,
                                base::derive(key, tokenizer_->fingerprint()), threads);
  split_documents();
}

void Corpus::split_documents() {
  for (std::int64_t document = 0; document < tokens_->num_documents(); ++document) {
    if (tokens_->document_length(document) == 0) continue;
    auto& part = is_validation(document, options_.split_seed, options_.validation_share)
                     ? validation_
                     : training_;
    part.push_back(document);
  }
  require(!training_.empty(),
          "[data] expected documents to train on but all {} are held out (data.validation_share = "
          "{}): {}",
          tokens_->num_documents(), options_.validation_share, advice_for_more_documents(options_));
  if (!validation_.empty() || options_.validation_share == 0) return;
  if (training_.size() == 1) {
    spdlog::warn("one document, none held out: {}", advice_for_more_documents(options_));
    return;
  }
  validation_.push_back(training_.back());
  training_.pop_back();
}

void Corpus::require_part(Split split) {
  require(split != Split::test,
          "[data] expected the training or validation part of a text of documents but got test, "
          "which only data.vocabulary = \"bytes\" of causal models holds out (data.test_share)");
}

const std::vector<std::int64_t>& Corpus::documents(Split split) const {
  require_part(split);
  return split == Split::training ? training_ : validation_;
}

std::int64_t Corpus::num_tokens(Split split) const {
  const auto& part = documents(split);
  return std::accumulate(part.begin(), part.end(), std::int64_t{0},
                         [&](std::int64_t sum, std::int64_t document) {
                           return sum + tokens_->document_length(document);
                         });
}

void Corpus::for_each_document(
    Split split, const std::function<void(std::span<const std::int32_t>)>& use) const {
  for (const std::int64_t document : documents(split)) use(tokens_->document(document));
}

std::string Corpus::summary() const {
  return fmt::format(
      "{:.1f} M tokens in {} documents, {:.0f} % of the documents held out, {} words in the "
      "vocabulary",
      static_cast<double>(tokens_->num_tokens()) * 1e-6,
      base::format_count(tokens_->num_documents()),
      100.0 * static_cast<double>(validation_.size()) /
          static_cast<double>(tokens_->num_documents()),
      base::format_count(tokenizer_->vocabulary_size()));
}

}  // namespace roformer::data
