// own_loss DIR OUT STEPS < pairs.txt: trains an encoder by a loss of one's own. Each line has two
// texts with a tab between them; the first shall find its second among those of all lines. OUT is
// a folder that `roformer embed --model OUT` and transformers open.
#include <roformer/checkpoint/load.h>
#include <roformer/checkpoint/save.h>
#include <roformer/pipeline/pooling.h>
#include <roformer/text/tokenizer.h>
#include <torch/torch.h>

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

using namespace roformer;

packed::PackedBatch batch_of(const text::Tokenizer& tokenizer,
                             const std::vector<std::string>& texts) {
  data::TokenBatch tokens;
  for (const std::string& text : texts) {
    const text::Encoding encoding = tokenizer.encode(text);
    tokens.append(encoding.ids, 0, encoding.type_ids);
  }
  return packed::from_tokens(tokens);
}

torch::Tensor vectors_of(model::Encoder& encoder, const packed::PackedBatch& batch,
                         std::uint64_t dropout_seed) {
  model::ForwardOptions options;
  options.dropout_seed = dropout_seed;
  const torch::Tensor hidden = encoder(batch, options);
  return torch::nn::functional::normalize(pipeline::pool(hidden, batch, pipeline::Pooling::mean));
}

// Row i of `first` belongs to row i of `second`; 20 is the usual sharpness of cosines.
torch::Tensor loss_of(const torch::Tensor& first, const torch::Tensor& second) {
  return torch::nn::functional::cross_entropy(20 * first.mm(second.t()),
                                              torch::arange(first.size(0)));
}

void train(const std::filesystem::path& from, const std::filesystem::path& to, int steps) {
  auto [encoder, config, report] = checkpoint::load_model<model::Encoder>(from);
  const auto tokenizer = text::Tokenizer::load(from);
  std::vector<std::string> firsts, seconds;
  for (std::string line; std::getline(std::cin, line);) {
    firsts.push_back(line.substr(0, line.find('\t')));
    seconds.push_back(line.substr(line.find('\t') + 1));
  }
  const auto first = batch_of(tokenizer, firsts), second = batch_of(tokenizer, seconds);
  encoder->train();
  torch::optim::AdamW optimizer(encoder->parameters(), torch::optim::AdamWOptions(1e-3));
  for (int step = 0; step < steps; ++step) {
    // Dropout is a function of its seed: another one for each forward pass.
    const torch::Tensor loss =
        loss_of(vectors_of(encoder, first, 2 * step), vectors_of(encoder, second, 2 * step + 1));
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    std::cout << loss.item<float>() << '\n';
  }
  config.architecture = config.encoder.model_type == "bert" ? "BertModel" : "RoFormerModel";
  checkpoint::save_model(*encoder, config, to);  // without the head that DIR may have had
  tokenizer.save(to);
}

int main(int argc, char** argv) {
  if (argc != 4) return std::cerr << "usage: own_loss DIR OUT STEPS < pairs.txt\n", 2;
  try {
    train(argv[1], argv[2], std::atoi(argv[3]));
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
