#include "roformer/pipeline/similar_sentences.h"
#include "roformer/pipeline/settle.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/checkpoint/load.h"
#include "roformer/generate/generator.h"
#include "roformer/pipeline/best_matches.h"
#include "roformer/pipeline/finite_answers.h"
#include "roformer/unicode/chinese_spacing.h"

namespace roformer::pipeline {
namespace {

bool speaks_of_pooler(const std::string& name) {
  return name.find("pooler") != name.npos;
}

// The language model of a folder, with its pooler or without.
struct WriterPlan {
  const checkpoint::Folder& folder;
  bool pooled;
  head::LanguageModel module{nullptr};

  std::shared_ptr<torch::nn::Module> make() {
    const auto& config = folder.config();
    module = head::LanguageModel(config.encoder, config.head, pooled);
    return module.ptr();
  }
};

bool holds_pooler(const checkpoint::Folder& folder) {
  WriterPlan plan{folder, /*pooled=*/true};
  const auto missing =
      checkpoint::plan_module([&] { return plan.make(); }, folder.weights()).report().missing;
  return std::none_of(missing.begin(), missing.end(), speaks_of_pooler);
}

std::shared_ptr<head::LanguageModelImpl> load_prefix_writer(const checkpoint::Folder& folder) {
  checkpoint::require_plausible(folder.config().encoder, folder.weights());
  WriterPlan plan{folder, holds_pooler(folder)};
  const auto report = checkpoint::read_encoder([&] { return plan.make(); }, folder);
  base::require(report.missing.empty(),
                "[pipeline] {}: expected a language model beside the encoder (RoFormer-Sim, "
                "SimBERT) but these weights are missing: {}",
                folder.path().string(), fmt::join(report.missing, ", "));
  return plan.module.ptr();
}

}  // namespace

WriteSimilar::WriteSimilar(std::shared_ptr<head::LanguageModelImpl> model, Embed embed,
                           text::Tokenizer tokenizer, const SimilarOptions& options)
    : options_(options),
      model_(std::move(model)),
      embed_(std::move(embed)),
      tokenizer_(std::move(tokenizer)),
      function_(similarity_of(embed_.options().similarity)) {
  generate::validate(options_.sampling);
  base::require(options_.max_new_tokens >= 1 && options_.samples >= 1 && options_.best >= 1 &&
                    options_.samples_at_once >= 1,
                "[pipeline] expected at least 1 new token, sample, sentence and sample at once but "
                "got {}, {}, {} and {}",
                options_.max_new_tokens, options_.samples, options_.best, options_.samples_at_once);
  base::require(tokenizer_.facts().frame.end.has_value(),
                "[pipeline] {}: expected a tokenizer with a token that ends a text ([SEP])",
                options_.name);
  settle_for_decoding(*model_, options_);
  generate::Decoder(*model_, 0, options_.device, generate::PromptView::whole);  // may it be one?
}

// [CLS] line [SEP].
std::vector<std::int64_t> WriteSimilar::prompt_of(const Lines& lines, std::size_t line) const {
  const auto ids = tokenizer_.encode(lines.texts[line]).ids;
  const std::int64_t size = std::ssize(ids);
  require_of_line(size > 0, "[pipeline] line {}: expected a text but got no token of it",
                  lines.number(line));
  if (const auto limit = model_->config().longest_sequence())
    require_of_line(size + options_.max_new_tokens - 1 <= *limit,
                    "[pipeline] line {}: expected at most {} tokens, the line's and new ones "
                    "together, for the {} positions of the model's table but got {} and "
                    "--max-new-tokens {}",
                    lines.number(line), *limit + 1, *limit, size, options_.max_new_tokens);
  return {ids.begin(), ids.end()};
}

std::string WriteSimilar::text_of(const std::vector<std::int64_t>& ids) const {
  text::DecodeOptions options;
  options.skip_special_tokens = true;
  return unicode::without_blanks_beside_chinese(tokenizer_.decode(text::token_ids(ids), options));
}

std::vector<std::string> WriteSimilar::draw(const std::vector<std::int64_t>& prompt,
                                            std::int64_t line) const {
  generate::GenerationOptions settings;
  settings.sampling = options_.sampling;
  settings.max_new_tokens = options_.max_new_tokens;
  settings.num_words = tokenizer_.vocabulary_size();
  settings.first_word = tokenizer_.facts().frame.first_id;
  settings.end_tokens = {*tokenizer_.facts().frame.end};
  settings.view = generate::PromptView::whole;
  settings.at_once = options_.samples_at_once;
  const std::uint64_t seed = base::derive(options_.seed, static_cast<std::uint64_t>(line));
  std::vector<generate::Prompt> prompts(static_cast<std::size_t>(options_.samples));
  for (std::size_t i = 0; i < prompts.size(); ++i)
    prompts[i] = {prompt, base::derive(seed, i), line};
  std::vector<std::string> texts;
  for (const auto& written : generate::generate(*model_, prompts, settings, {}, options_.device))
    texts.push_back(text_of(written.ids));
  return texts;
}

// What was drawn, each text once and without the line, in an order that hangs on no seed.
std::vector<std::string> WriteSimilar::distinct_texts(const Lines& lines, std::size_t line) const {
  const std::vector<std::int64_t> prompt = prompt_of(lines, line);
  std::set<std::string> texts;
  for (std::string& text : draw(prompt, lines.number(line))) texts.insert(std::move(text));
  for (const std::string& own : {std::string(), lines.texts[line], text_of(prompt)})
    texts.erase(own);
  return {texts.begin(), texts.end()};
}

std::vector<SimilarSentences> WriteSimilar::operator()(const Lines& lines) {
  std::vector<SimilarSentences> answers;
  for (std::size_t line = 0; line < lines.texts.size(); ++line) {
    const std::int64_t number = lines.number(line);
    const std::vector<std::string> texts = distinct_texts(lines, line);
    SimilarSentences& answer = answers.emplace_back();
    answer.distinct = std::ssize(texts);
    if (texts.empty()) continue;
    const torch::Tensor own = embed_({lines.texts.subspan(line, 1), number});
    torch::Tensor vectors;
    base::at_place(fmt::format("[pipeline] a sentence written for line {}", number), [&] {
      vectors = embed_({texts, 1});
    });
    const auto matches = BestMatches(vectors, function_)(own, options_.best);
    for (const Match& match : matches.front()) {
      require_finite(match.score, "a score", number, options_.name);
      answer.best.push_back({texts[static_cast<std::size_t>(match.index)], match.score});
    }
  }
  return answers;
}

WriteSimilar open_write_similar(const std::filesystem::path& path, SimilarOptions options) {
  options.name = path.string();
  const checkpoint::Folder folder(path);
  auto model = load_prefix_writer(folder);
  EmbedOptions embed;
  embed.name = options.name;
  embed.device = options.device;
  embed.compute_type = options.compute_type;
  embed.poolings = options.poolings;
  embed.two_sided = true;
  if (embed.poolings.empty() && !std::filesystem::exists(folder.path() / "modules.json"))
    embed.poolings = {model->has_pooler() ? Pooling::pooler : Pooling::cls};
  text::Tokenizer tokenizer = text::Tokenizer::load(folder.path());
  require_fit(tokenizer.vocabulary_size(), model->config().vocab_size, options.name);
  return {model, open_embed(folder, embed, model->encoder()), std::move(tokenizer), options};
}

}  // namespace roformer::pipeline
