// Our side of the translation benchmarks: training steps of a Marian checkpoint on given batches, or
// beam search of given sentences. Prints one JSON line; bench/translation.py adds the peers.
#include <sys/resource.h>
#include <torch/types.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bench/ours/rows.h"
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

// The most that the process had.
double peak_megabytes() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
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
  const double seconds = bench::best_seconds(
      repeats,
      [&] {
        for (const auto& batch : batches) do_step(batch);
      },
      0);
  return {{"seconds", seconds},
          {"tokens", tokens},
          {"tokens_per_second", static_cast<double>(tokens) / seconds},
          {"peak_megabytes", peak_megabytes()},
          {"loss", loss}};
}

nlohmann::json run_decoding(const std::string& folder, const std::string& path, int repeats,
                            generate::BeamOptions options, std::int64_t length,
                            const std::string& outputs, product::ComputeType compute_type) {
  auto network = checkpoint::load_translation_model(checkpoint::Folder(folder)).module;
  const auto sources = nlohmann::json::parse(base::read_file(path)).get<std::vector<Ids>>();
  model::prepare_for_inference(*network, compute_type);
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
  const double seconds = bench::best_seconds(
      repeats, [&] { answers = search(sources); }, 0);
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

void bench::add_translation(CLI::App& program) {
  struct Options {
    std::string mode, model, input, outputs, compute_type = "float32";
    int repeats = 1;
    std::int64_t length = 30;
    double smoothing = 0.1;
    generate::BeamOptions beam;
  };
  const auto options = std::make_shared<Options>();
  options->beam.max_sentences = 32;
  CLI::App* const command =
      program.add_subcommand("translation", "training steps or beam search of a Marian checkpoint");
  command->add_option("mode", options->mode, "train or decode")
      ->required()
      ->check(CLI::IsMember({"train", "decode"}));
  command->add_option("model", options->model, "folder of marian_model.py")->required();
  command->add_option("input", options->input, "JSON list of batches, or of sentences")->required();
  command->add_option("--repeats", options->repeats, "timed passes");
  command->add_option("--beam", options->beam.beam_size, "beams");
  command->add_option("--batch", options->beam.max_sentences, "sentences decoded together");
  command->add_option("--length", options->length, "tokens of each translation");
  command->add_option("--label-smoothing", options->smoothing, "of training");
  command->add_option("--outputs", options->outputs, "write the best translations here");
  command->add_option("--compute-type", options->compute_type, "of decoding");
  add_threads(*command);
  command->callback([options] {
    base::keep_freed_memory();  // as the command train does
    const auto result =
        options->mode == "train"
            ? run_training(options->model, options->input, options->repeats, options->smoothing)
            : run_decoding(options->model, options->input, options->repeats, options->beam,
                           options->length, options->outputs,
                           product::parse_compute_type(options->compute_type));
    fmt::print("{}\n", result.dump());
  });
}
