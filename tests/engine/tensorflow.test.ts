/** TensorFlow.js without a library of TensorFlow's, which has the same operators and gradients, only slower. */
import { describeExported } from '../helpers/tensorflow/exported.ts';
import { plainTensorflow } from '../helpers/tensorflow/plain.ts';
import { describeTensorflow } from '../helpers/tensorflow/suite.ts';

const tf = await plainTensorflow();
describeTensorflow(tf);
// The others take half a minute each in JavaScript.
describeExported(tf, /^(convnext|densenet|vit)/);
