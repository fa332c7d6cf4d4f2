// Our side of the model benchmarks: a checkpoint's trunk, or a training step of its masked language
// model, on sequences of given lengths. Prints one JSON line: seconds of each repetition.
// bench/run.py runs it beside Hugging Face's.
#include <torch/nn/functional/loss.h>
#include <torch/utils.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <nlohmann/json.hpp>

#include "roformer/base/file.h"
#include "roformer/base/random.h"
#include "roformer/checkpoint/load.h"
#include "roformer/head/language_model.h"
#include "roformer/packed/packed_batch.h"
#include "roformer/train/adamw.h"

namespace {

using namespace roformer;

template <typename Work>
nlohmann::json seconds_of(int repeats, const Work& work) {
  nlohmann::json seconds = nlohmann::json::array();
  for (int i = 0; i <= repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work(i);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    if (i > 0) seconds.push_back(taken.count());  // the first repetition warms up
  }
  return seconds;
}

// The batch that run.py wrote: {"sequences": [[id, …], …], "masked": [index, …], "labels": [id,
// …]}.
struct Input {
  packed::PackedBatch batch;
  torch::Tensor masked, labels;
};

Input read_input(const std::string& path) {
  const auto json = nlohmann::json::parse(base::read_file(path));
  data::TokenBatch tokens;
  for (const auto& sequence : json.at("sequences"))
    tokens.append(sequence.get<std::vector<std::int64_t>>());
  return {packed::from_tokens(tokens),
          torch::tensor(json.at("masked").get<std::vector<std::int64_t>>()),
          torch::tensor(json.at("labels").get<std::vector<std::int64_t>>())};
}

nlohmann::json run_trunk(const std::string& model, const Input& input, int repeats) {
  const auto loaded = checkpoint::load_model<model::Encoder>(checkpoint::Folder(model));
  const torch::InferenceMode inference;
  auto encoder = loaded.module;
  return seconds_of(repeats, [&](int) { encoder->forward(input.batch); });
}

nlohmann::json run_training(const std::string& model, const Input& input, int repeats,
                            double dropout) {
  const checkpoint::Folder folder(model);
  auto config = folder.config().encoder;
  config.hidden_dropout_prob = config.attention_probs_dropout_prob = dropout;
  head::LanguageModel network(config);
  checkpoint::load_weights(*network, folder.weights());
  network->train();
  train::AdamW::NamedParameters parameters;
  for (const auto& parameter : network->named_parameters())
    parameters.emplace_back(parameter.key(), parameter.value());
  train::AdamW optimizer(parameters, {});
  return seconds_of(repeats, [&](int step) {
    model::ForwardOptions options;
    options.dropout_seed = base::derive(1, static_cast<std::uint64_t>(step));
    const auto logits = network->forward(input.batch, input.masked, options);
    torch::nn::functional::cross_entropy(logits, input.labels).backward();
    optimizer.step(1e-5);
  });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("Times a checkpoint's trunk or training step");
  std::string what, model, input;
  int repeats = 3, threads = 2;
  double dropout = 0;
  program.add_option("what", what, "trunk or training")
      ->required()
      ->check(CLI::IsMember({"trunk", "training"}));
  program.add_option("--model", model, "checkpoint folder")->required();
  program.add_option("--input", input, "batch as JSON")->required();
  program.add_option("--repeats", repeats);
  program.add_option("--threads", threads);
  program.add_option("--dropout", dropout);
  CLI11_PARSE(program, argc, argv);
  torch::set_num_threads(threads);
  const Input batch = read_input(input);
  const auto seconds = what == "trunk" ? run_trunk(model, batch, repeats)
                                       : run_training(model, batch, repeats, dropout);
  fmt::print("{}\n", nlohmann::json{{"seconds", seconds}}.dump());
}
