// Our side of the translation benchmarks: training steps of a Marian checkpoint on given batches, or
// beam search of given sentences. Prints one JSON line; bench/translation.py adds the peers.
#include <torch/types.h>
#include <torch/utils.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <limits>
#include <nlohmann/json.hpp>

#include "roformer/base/allocator.h"
#include "roformer/base/file.h"
#include "roformer/base/random.h"
#include "roformer/checkpoint/translation_folder.h"
#include "roformer/checkpoint/weights.h"
#include "roformer/generate/beam_search.h"
#include "roformer/model/linear.h"
#include "roformer/packed/packed_batch.h"
#include "roformer/train/adamw.h"

namespace {

using namespace roformer;
using Ids = std::vector<std::int64_t>;

struct TrainingBatch {
  packed::PackedBatch source, target;
  torch::Tensor labels;

  std::int64_t tokens() const { return source.num_tokens() + target.num_tokens(); }
};

// Pairs of ids, both sides with their end token.
TrainingBatch packed_pairs(const std::vector<std::pair<Ids, Ids>>& pairs, std::int64_t start) {
  data::TokenBatch source, target;
  Ids labels;
  for (const auto& [source_ids, target_ids] : pairs) {
    source.append(source_ids);
    Ids shifted = {start};
    shifted.insert(shifted.end(), target_ids.begin(), target_ids.end() - 1);
    target.append(shifted);
    labels.insert(labels.end(), target_ids.begin(), target_ids.end());
  }
  return {packed::from_tokens(source), packed::from_tokens(target),
          torch::tensor(labels, torch::kInt64)};
}

double loss_of(model::EncoderDecoder& network, const TrainingBatch& batch, double smoothing,
               std::uint64_t seed) {
  model::ForwardOptions options;
  options.dropout_seed = seed;
  const model::Memory memory{network->encode(batch.source, options), batch.source.cu_seqlens};
  options.memory = &memory;
  auto result = network->loss(network->decode(batch.target, options), batch.labels, smoothing);
  result.loss.backward();
  return result.loss.item<double>() / static_cast<double>(batch.labels.numel());
}

template <typename Work>
double best_seconds(int repeats, const Work& work) {
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    best = std::min(best, taken.count());
  }
  return best;
}

nlohmann::json run_training(const std::string& folder, const std::string& path, int repeats,
                            double smoothing) {
  auto network = checkpoint::load_translation_model(checkpoint::Folder(folder)).module;
  network->train();
  train::AdamW::NamedParameters parameters;
  for (const auto& item : network->named_parameters())
    parameters.emplace_back(item.key(), item.value());
  train::AdamWOptions settings;
  settings.beta2 = 0.98;
  settings.epsilon = 1e-9;
  settings.weight_decay = settings.clip_norm = 0;
  train::AdamW optimizer(parameters, settings);
  std::vector<TrainingBatch> batches;
  std::int64_t tokens = 0;
  for (const auto& pairs : nlohmann::json::parse(base::read_file(path))) {
    batches.push_back(packed_pairs(pairs.get<std::vector<std::pair<Ids, Ids>>>(),
                                   network->config().decoder_start_token_id));
    tokens += batches.back().tokens();
  }
  double loss = 0;
  std::uint64_t step = 0;
  const auto do_step = [&](const TrainingBatch& batch) {
    loss = loss_of(network, batch, smoothing, base::derive(1, step++));
    optimizer.step(1e-4, 1 / static_cast<double>(batch.labels.numel()));
  };
  do_step(batches.front());
  const double seconds = best_seconds(repeats, [&] {
    for (const auto& batch : batches) do_step(batch);
  });
  return {{"seconds", seconds},
          {"tokens", tokens},
          {"tokens_per_second", static_cast<double>(tokens) / seconds},
          {"loss", loss}};
}

nlohmann::json run_decoding(const std::string& folder, const std::string& path, int repeats,
                            generate::BeamOptions options, std::int64_t length,
                            const std::string& outputs) {
  auto network = checkpoint::load_translation_model(checkpoint::Folder(folder)).module;
  const auto sources = nlohmann::json::parse(base::read_file(path)).get<std::vector<Ids>>();
  model::prepare_for_inference(*network);
  options.min_length = options.max_length = length;
  options.max_length_factor = 0;
  options.max_length_extra = static_cast<double>(length);
  options.batch_tokens = 1 << 20;  // sentences alone make the batches, as the peer counts
  const auto search = [&](std::span<const Ids> sentences) {
    return generate::beam_search(std::span(&network, 1), {sentences.begin(), sentences.end()},
                                 options);
  };
  search(std::span(sources).first(
      std::min<std::size_t>(sources.size(), static_cast<std::size_t>(options.max_sentences))));
  std::vector<generate::Translations> answers;
  const double seconds = best_seconds(repeats, [&] { answers = search(sources); });
  std::int64_t tokens = 0;
  nlohmann::json translations = nlohmann::json::array();
  for (const auto& hypotheses : answers) {
    tokens += std::ssize(hypotheses.front().ids);
    translations.push_back(hypotheses.front().ids);
  }
  if (!outputs.empty()) base::write_file_atomically(outputs, translations.dump());
  return {{"seconds", seconds},
          {"tokens", tokens},
          {"tokens_per_second", static_cast<double>(tokens) / seconds}};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("our side of the translation benchmarks");
  std::string mode, model, input, outputs;
  int repeats = 1, threads = 2;
  std::int64_t length = 30;
  double smoothing = 0.1;
  generate::BeamOptions options;
  options.max_sentences = 32;
  program.add_option("mode", mode, "train or decode")->required();
  program.add_option("model", model, "folder of marian_model.py")->required();
  program.add_option("input", input, "JSON list of batches, or of sentences")->required();
  program.add_option("--repeats", repeats, "timed passes");
  program.add_option("--threads", threads, "threads");
  program.add_option("--beam", options.beam_size, "beams");
  program.add_option("--batch", options.max_sentences, "sentences decoded together");
  program.add_option("--length", length, "tokens of each translation");
  program.add_option("--label-smoothing", smoothing, "of training");
  program.add_option("--outputs", outputs, "write the best translations here");
  CLI11_PARSE(program, argc, argv);
  torch::set_num_threads(threads);
  base::keep_freed_memory();  // as the command train does
  const auto result = mode == "train"
                          ? run_training(model, input, repeats, smoothing)
                          : run_decoding(model, input, repeats, options, length, outputs);
  fmt::print("{}\n", result.dump());
  return 0;
}
