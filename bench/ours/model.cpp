// Our side of the model benchmarks: a checkpoint's trunk, or a training step of its masked language
// model, on sequences of given lengths. Prints one JSON line: seconds of each repetition.
// bench/run.py runs it beside Hugging Face's.

#include <nlohmann/json.hpp>

#include "bench/ours/rows.h"
#include "roformer/base/file.h"
#include "roformer/base/random.h"
#include "roformer/checkpoint/load.h"
#include "roformer/head/language_model.h"
#include "roformer/model/linear.h"
#include "roformer/packed/packed_batch.h"
#include "roformer/train/adamw.h"

namespace {

using namespace roformer;

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

std::vector<double> run_trunk(const std::string& model, const Input& input, int repeats,
                              const std::string& compute_type) {
  auto encoder = checkpoint::load_model<model::Encoder>(checkpoint::Folder(model)).module;
  model::prepare_for_inference(*encoder, product::parse_compute_type(compute_type));
  const torch::InferenceMode inference;
  return bench::seconds_of_each(repeats, [&](int) { encoder->forward(input.batch); });
}

std::vector<double> run_training(const std::string& model, const Input& input, int repeats,
                                 double dropout, const std::string& compute_type) {
  const checkpoint::Folder folder(model);
  auto config = folder.config().encoder;
  config.hidden_dropout_prob = config.attention_probs_dropout_prob = dropout;
  head::LanguageModel network(config);
  checkpoint::load_weights(*network, folder.weights());
  network->train();
  model::train_products_in(*network, product::parse_compute_type(compute_type));
  train::AdamW::NamedParameters parameters;
  for (const auto& parameter : network->named_parameters())
    parameters.emplace_back(parameter.key(), parameter.value());
  train::AdamW optimizer(parameters, {});
  return bench::seconds_of_each(repeats, [&](int step) {
    model::ForwardOptions options;
    options.dropout_seed = base::derive(1, static_cast<std::uint64_t>(step));
    options.rows =
        input.masked;  // as MaskedLanguageTask does: nothing else is computed of the last block
    const auto hidden = network->encoder()->forward(input.batch, options);
    network->loss(hidden, input.labels).loss.backward();
    optimizer.step(1e-5, 1 / static_cast<double>(input.labels.numel()));
  });
}

}  // namespace

void bench::add_model(CLI::App& program) {
  struct Options {
    std::string what, model, input, compute_type = "float32";
    int repeats = 3;
    double dropout = 0;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const command =
      program.add_subcommand("model", "a checkpoint's trunk or training step");
  command->add_option("what", options->what, "trunk or training")
      ->required()
      ->check(CLI::IsMember({"trunk", "training"}));
  command->add_option("--model", options->model, "checkpoint folder")->required();
  command->add_option("--input", options->input, "batch as JSON")->required();
  command->add_option("--repeats", options->repeats);
  command->add_option("--dropout", options->dropout);
  command->add_option("--compute-type", options->compute_type);
  add_threads(*command);
  command->callback([options] {
    const Input batch = read_input(options->input);
    const auto seconds =
        options->what == "trunk"
            ? run_trunk(options->model, batch, options->repeats, options->compute_type)
            : run_training(options->model, batch, options->repeats, options->dropout,
                           options->compute_type);
    fmt::print("{}\n", nlohmann::json{{"seconds", seconds}}.dump());
  });
}
