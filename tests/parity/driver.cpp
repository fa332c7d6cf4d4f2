// What the comparisons with transformers need and no command offers:
//   parity_driver resave IN OUT             loads a checkpoint as its class and saves it again
//   parity_driver gradients MODEL INPUTS OUT   outputs of a padded call with labels, its loss, and
//                                           the loss's gradients as "gradient.NAME"
//   parity_driver continue MODEL INPUTS OUT    greedy continuation of input_ids (B, T) by new_tokens
//                                           tokens, with the cache and without: tokens, cached_tokens
//                                           (B, new_tokens), logits, cached_logits (B, new_tokens, V);
//                                           prefix_lengths (B) and encoder_hidden_states as `run` has them
//   parity_driver process - INPUTS OUT      logits (B, V) as generate/sampling.h processes them for ids
//                                           (B, T), repetition_penalty, temperature, top_k and top_p
//   parity_driver encoding …, training …, similarity …    encoding.cpp, training.cpp, similarity.cpp
//   parity_driver serve                     fork_server.cpp
//   parity_driver probe                     for each folder on standard input: inspects it, loads it as its class
//                                           and its tokenizer; answers "fine", "refused: MESSAGE", or
//                                           "other: MESSAGE" for anything that is no error of ours
#include <torch/nn/module.h>
#include <torch/utils.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <string>

#include "roformer/attention/key_value_cache.h"
#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/checkpoint/load.h"
#include "roformer/checkpoint/save.h"
#include "roformer/generate/sampling.h"
#include "roformer/head/language_model.h"
#include "roformer/head/padded_call.h"
#include "roformer/pipeline/inspect.h"
#include "roformer/text/tokenizer.h"
#include "tests/parity/driver.h"

namespace {

using namespace roformer;
using format::TensorMap;
using torch::Tensor;

void resave(const std::string& from, const std::string& to) {
  const auto loaded = checkpoint::load_model(checkpoint::Folder(from));
  checkpoint::save_model(loaded.module->module(), loaded.config, to);
}

// Parameters take their gradients' values, so that saving names and splits them.
TensorMap named_gradients(torch::nn::Module& module) {
  const torch::NoGradGuard no_gradient;
  for (auto& item : module.named_parameters()) {
    const Tensor gradient = item.value().grad();
    gradient.defined() ? item.value().copy_(gradient) : item.value().zero_();
  }
  TensorMap gradients;
  for (const auto& [name, tensor] : checkpoint::weights_by_file_name(module))
    gradients["gradient." + name] = tensor;
  return gradients;
}

void gradients(const std::string& folder, const std::string& inputs, const std::string& out) {
  const auto model = checkpoint::load_model(checkpoint::Folder(folder)).module;
  const head::PaddedCall call(format::load_tensors(inputs).tensors, *model, torch::kCPU);
  const Tensor hidden = model->encoder()->forward(call.batch(), call.forward_options());
  TensorMap results = model->outputs(hidden, call);
  results.at("loss").backward();
  for (auto& [name, tensor] : results) tensor = tensor.detach();
  results.merge(named_gradients(model->module()));
  format::save_tensors(out, results);
}

struct Continuation {
  Tensor tokens;  // (B, new_tokens)
  Tensor logits;  // (B, new_tokens, V)
};

// The next tokens' places: row b's column `column` of B rows of equal length.
packed::PackedBatch columns(const Tensor& ids, std::int64_t first, std::int64_t type) {
  const std::int64_t rows = ids.size(0), count = ids.size(1) - first;
  packed::PackedBatch batch;
  batch.tokens = ids.slice(1, first).flatten();
  batch.cu_seqlens = torch::arange(rows + 1, torch::kInt32) * count;
  batch.position_ids = torch::arange(first, ids.size(1)).repeat({rows});
  batch.segment_ids = torch::full_like(batch.tokens, type);
  return batch;
}

Tensor last_of_rows(const packed::PackedBatch& batch) {
  return batch.cu_seqlens.slice(0, 1).to(torch::kInt64) - 1;
}

Continuation continued(head::LanguageModelImpl& model, const head::PaddedCall& call,
                       std::int64_t new_tokens, bool with_cache) {
  Tensor ids = call["input_ids"];
  attention::KeyValueCache cache(model.config().num_hidden_layers, ids.size(0));
  std::vector<Tensor> logits;
  for (std::int64_t step = 0; step < new_tokens; ++step) {
    auto options = call.forward_options();
    std::int64_t first = 0;
    if (with_cache) {
      options.cache = &cache;
      first = step == 0 ? 0 : ids.size(1) - 1;
    }
    const auto batch = columns(ids, first, 0);
    logits.push_back(model.forward(batch, last_of_rows(batch), options));
    ids = torch::cat({ids, logits.back().argmax(-1, true)}, 1);
  }
  return {ids.slice(1, -new_tokens), torch::stack(logits, 1)};
}

void continue_text(const std::string& folder, const std::string& inputs, const std::string& out) {
  const torch::NoGradGuard no_gradient;
  auto tensors = format::load_tensors(inputs).tensors;
  const auto new_tokens = tensors.at("new_tokens").item<std::int64_t>();
  tensors.erase("new_tokens");
  const auto model = checkpoint::load_model(checkpoint::Folder(folder)).module;
  auto& writer = dynamic_cast<head::LanguageModelImpl&>(*model);
  const head::PaddedCall call(tensors, *model, torch::kCPU);
  const Continuation plain = continued(writer, call, new_tokens, false);
  const Continuation cached = continued(writer, call, new_tokens, true);
  format::save_tensors(out, {{"tokens", plain.tokens},
                             {"cached_tokens", cached.tokens},
                             {"logits", plain.logits},
                             {"cached_logits", cached.logits}});
}

void process(const std::string& inputs, const std::string& out) {
  const auto tensors = format::load_tensors(inputs).tensors;
  const auto number = [&](const char* name) { return tensors.at(name).item<double>(); };
  generate::SamplingOptions options;
  options.repetition_penalty = number("repetition_penalty");
  options.temperature = number("temperature");
  options.top_k = static_cast<std::int64_t>(number("top_k"));
  options.top_p = number("top_p");
  const Tensor logits = tensors.at("logits").clone(), ids = tensors.at("ids").contiguous();
  for (std::int64_t b = 0; b < logits.size(0); ++b) {
    const auto row = static_cast<std::size_t>(logits.size(1)),
               length = static_cast<std::size_t>(ids.size(1));
    generate::process_logits({logits[b].data_ptr<float>(), row},
                             {ids[b].data_ptr<std::int64_t>(), length}, options);
  }
  format::save_tensors(out, {{"logits", logits}});
}

// The folder used as the commands use it.
void use(const std::string& folder) {
  pipeline::inspect(checkpoint::Folder(folder));
  text::Tokenizer::load(folder).encode("the cat sat on [MASK] .");
  const torch::NoGradGuard no_gradient;
  const auto model = checkpoint::load_model(checkpoint::Folder(folder)).module;
  const head::PaddedCall call({{"input_ids", torch::tensor({{1, 2, 3}})}}, *model, torch::kCPU);
  model->outputs(model->encoder()->forward(call.batch(), call.forward_options()), call);
}

void probe() {
  std::string folder;
  while (std::getline(std::cin, folder)) {
    std::string answer = "fine";
    try {
      use(folder);
    } catch (const Error& error) {
      answer = std::string("refused: ") + error.what();
    } catch (const std::exception& error) {
      answer = std::string("other: ") + error.what();
    }
    std::replace(answer.begin(), answer.end(), '\n', ' ');
    std::cout << answer << std::endl;
  }
}

int usage() {
  std::fprintf(stderr,
               "usage: parity_driver resave IN OUT | gradients|continue|process|encoding|training "
               "MODEL INPUTS OUT | probe | serve\n");
  return 2;
}

int dispatch(const std::vector<std::string>& arguments) {
  const std::string command = arguments.empty() ? "" : arguments[0];
  if (command == "resave" && arguments.size() == 3) return resave(arguments[1], arguments[2]), 0;
  if (command == "probe" && arguments.size() == 1) return probe(), 0;
  if (arguments.size() != 4) return usage();
  if (command == "gradients") return gradients(arguments[1], arguments[2], arguments[3]), 0;
  if (command == "continue") return continue_text(arguments[1], arguments[2], arguments[3]), 0;
  if (command == "process") return process(arguments[2], arguments[3]), 0;
  if (command == "encoding")
    return parity::run_encoding(arguments[1], arguments[2], arguments[3]), 0;
  if (command == "training") return parity::train_on(arguments[1], arguments[2], arguments[3]), 0;
  if (command == "similarity") return parity::similarity_losses(arguments[1], arguments[2]), 0;
  return usage();
}

}  // namespace

int parity::run_driver(int argc, char** argv) {
  base::set_up_log();  // standard output carries answers only
  try {
    return dispatch({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}

int main(int argc, char** argv) {
  // Before anything of a driver has run: each child begins as a fresh process would.
  if (argc == 2 && argv[1] == std::string("serve")) return parity::serve(), 0;
  return parity::run_driver(argc, argv);
}
